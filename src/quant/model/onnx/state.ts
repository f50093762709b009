/** What the reading of one float ONNX graph collects; lives for one `readFloatModel` call. */
import {
  describe,
  type OnnxGraph,
  type OnnxNode,
  type Padding,
  type Shape,
  type Tensor,
} from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import type { FloatNode } from '../ir.js';

export interface Constant {
  readonly kind: 'constant';
  readonly tensor: Tensor;
}

/** The output of one of our nodes. `dims` are ONNX's: [1, C, H, W] (padding included), or a vector in C, H, W order. */
export interface Data {
  readonly kind: 'data';
  readonly node: string;
  readonly shape: Shape;
  readonly dims: readonly number[];
  /** Zeros around it, to be folded into the next window. */
  readonly padding?: Padding;
}

export type Value = Constant | Data;

export interface Reading {
  readonly graph: OnnxGraph;
  /** Of a run on zeros: shapes of everything and values of constants. */
  readonly executed: ReadonlyMap<string, Tensor>;
  readonly values: Map<string, Value>;
  readonly nodes: FloatNode[];
  readonly input: string;
}

export const noPadding: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

export const unsupported = (node: OnnxNode, problem: string): QuantError =>
  new QuantError('QT005', `${describe(node)} ${problem}.`);

export function dataAt({ values }: Reading, node: OnnxNode, index: number): Data {
  const value = values.get(node.inputs[index] ?? '');
  if (value?.kind === 'data') return value;
  throw unsupported(
    node,
    `has a constant (or nothing) as input ${index}; data computed from the pictures is needed there`,
  );
}

/** Data without padding that waits for a window. */
export function wholeAt(reading: Reading, node: OnnxNode, index: number): Data {
  const data = dataAt(reading, node, index);
  if (data.padding !== undefined) throw unsupported(node, 'follows a Pad; only Conv and pooling may');
  return data;
}

/** undefined: absent. */
export function constantAt({ values }: Reading, node: OnnxNode, index: number): Tensor | undefined {
  const name = node.inputs[index] ?? '';
  if (name === '') return undefined;
  const value = values.get(name);
  if (value?.kind === 'constant') return value.tensor;
  throw unsupported(
    node,
    `computes its input ${index} ("${name}") from the pictures; only a constant is supported there`,
  );
}

export function requiredConstant(reading: Reading, node: OnnxNode, index: number): Tensor {
  const tensor = constantAt(reading, node, index);
  if (tensor === undefined) throw unsupported(node, `lacks its input ${index}`);
  return tensor;
}

/** For the helpers of src/nn that take inputs by position. */
export const constantInputs = ({ values }: Reading, node: OnnxNode): readonly (Tensor | undefined)[] =>
  node.inputs.map((name) => {
    const value = values.get(name);
    return value?.kind === 'constant' ? value.tensor : undefined;
  });

export const dimsOf = ({ executed }: Reading, node: OnnxNode): readonly number[] =>
  executed.get(node.outputs[0] ?? '')?.dims ?? [];

/** [H, W, C] of ONNX's [1, C, H, W]. */
export const shapeOfDims = ([, channels = 1, height = 1, width = 1]: readonly number[]): Shape => [
  height,
  width,
  channels,
];

/** Appends a node under its ONNX name (made unique) and gives its output. */
export function append(
  reading: Reading,
  node: OnnxNode,
  make: (name: string) => FloatNode,
  shape: Shape,
): Data {
  const taken = new Set([reading.input, ...reading.nodes.map(({ name }) => name)]);
  let name = node.name;
  for (let i = 2; taken.has(name); i++) name = `${node.name}#${i}`;
  reading.nodes.push(make(name));
  return { kind: 'data', node: name, shape, dims: dimsOf(reading, node) };
}
