import type { Attribute, OnnxGraph, OnnxNode, Tensor } from '../../src/nn/index.js';
import { tensorFrom } from '../../src/nn/index.js';

/** Builds small ONNX graphs for tests: every call adds a node and returns its output's name. */
export interface GraphBuilder {
  readonly input: string;
  constant(dims: readonly number[], values: ArrayLike<number>, type?: Tensor['type']): string;
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): string;
  /** QONNX Quant with one scale, or one per entry of `scale` reshaped to `scaleDims`. */
  quant(input: string, options: QuantOptions): string;
  /** The same as QuantizeLinear, Clip, DequantizeLinear. */
  qcdq(input: string, options: QuantOptions): string;
  build(output: string): OnnxGraph;
}

export interface QuantOptions {
  readonly scale: number | readonly number[];
  readonly scaleDims?: readonly number[];
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow?: boolean;
  readonly zeroPoint?: number;
}

export function graphBuilder(inputDims: readonly (number | string)[], opset = 13): GraphBuilder {
  const constants = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  const constant: GraphBuilder['constant'] = (dims, values, type = 'float32') => {
    const name = `c${constants.size}`;
    constants.set(name, tensorFrom(dims, values, type));
    return name;
  };
  const node: GraphBuilder['node'] = (op, inputs, attributes = {}, domain = '') => {
    const name = `${op}_${nodes.length}`;
    const output = `t${nodes.length}`;
    nodes.push({
      name,
      op,
      domain,
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    });
    return output;
  };
  const quant: GraphBuilder['quant'] = (
    input,
    { scale, scaleDims, bits, signed, narrow = false, zeroPoint = 0 },
  ) => {
    const scales = typeof scale === 'number' ? [scale] : scale;
    const parameters = [
      constant(scaleDims ?? (scales.length === 1 ? [] : [scales.length]), scales),
      constant([], [zeroPoint]),
      constant([], [bits]),
    ];
    const attributes = { signed: signed ? 1 : 0, narrow: narrow ? 1 : 0, rounding_mode: 'ROUND' };
    return node('Quant', [input, ...parameters], attributes, 'qonnx.custom_op.general');
  };
  const qcdq: GraphBuilder['qcdq'] = (input, { scale, bits, signed, narrow = false, zeroPoint = 0 }) => {
    const type = signed ? 'int8' : 'uint8';
    const scales = typeof scale === 'number' ? [scale] : scale;
    const dims = scales.length === 1 ? [] : [scales.length];
    const parameters = [
      constant(dims, scales),
      constant(
        dims,
        scales.map(() => zeroPoint),
        type,
      ),
    ];
    const lo = signed ? -(2 ** (bits - 1)) + (narrow ? 1 : 0) : 0;
    const hi = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const codes = node('QuantizeLinear', [input, ...parameters], { axis: 0 });
    const clipped = node('Clip', [codes, constant([], [lo], type), constant([], [hi], type)]);
    return node('DequantizeLinear', [clipped, ...parameters], { axis: 0 });
  };
  return {
    input: 'x',
    constant,
    node,
    quant,
    qcdq,
    build: (output) => ({
      name: 'test',
      opset,
      inputs: [{ name: 'x', dims: inputDims }],
      outputs: [output],
      constants,
      nodes,
      metadata: new Map(),
    }),
  };
}
