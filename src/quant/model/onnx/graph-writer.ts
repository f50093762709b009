/** An ONNX graph while it is written: constants and nodes under names that are never taken twice. */
import {
  tensorFrom,
  type Attribute,
  type ElementType,
  type OnnxNode,
  type Tensor,
} from '../../../nn/index.js';

export interface GraphWriter {
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly OnnxNode[];
  /** @returns the constant's name: as wanted, or with a number */
  constant(name: string, dims: readonly number[], values: ArrayLike<number>, type?: ElementType): string;
  /** A node called `name` with one output. @returns the output's name */
  node(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): string;
}

/** `reserved`: names of tensors that nothing here may take. */
export function graphWriter(reserved: readonly string[]): GraphWriter {
  const constants = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  const taken = new Set(reserved);
  const fresh = (wanted: string): string => {
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    return name;
  };
  return {
    constants,
    nodes,
    constant: (wanted, dims, values, type = 'float32') => {
      const name = fresh(wanted);
      constants.set(name, tensorFrom(dims, values, type));
      return name;
    },
    node: (op, name, inputs, attributes = {}, domain = '') => {
      const output = fresh(`${name}_out`);
      nodes.push({
        name,
        op,
        domain,
        inputs,
        outputs: [output],
        attributes: new Map(Object.entries(attributes)),
      });
      return output;
    },
  };
}
