import { NnError } from '../errors.js';
import type { InputTransform, IntegerTensor, MaxPoolLayer, Padding } from '../ir.js';
import { describe, type OnnxGraph, type OnnxNode } from '../onnx/graph.js';
import type { NetworkMetadata } from '../metadata.js';
import type { Tensor } from '../onnx/tensor.js';
import type { ValueRange } from '../ranges.js';
import type { Candidate, LayerFit } from '../fit-requantize.js';
import type { ActivationValue, AddSource, ConstantValue, ConvSource, PoolSource, Value } from './values.js';

/** A layer whose shift is still to be chosen, together with all others. */
export type DraftedLayer =
  | {
      readonly kind: 'requantized';
      readonly source: ConvSource | PoolSource;
      readonly output: string;
      readonly fit: LayerFit;
      readonly clamp: Clamp;
    }
  | {
      readonly kind: 'raw';
      readonly source: ConvSource;
      readonly output: string;
      readonly bias: readonly number[];
    }
  | {
      readonly kind: 'added';
      readonly source: AddSource;
      readonly output: string;
      readonly fit: AddFit;
      readonly clamp: Clamp;
    }
  | { readonly kind: 'maxPool'; readonly layer: MaxPoolLayer };

export interface Clamp {
  readonly lo: number;
  readonly hi: number;
  readonly zeroPoint: number;
}

export interface AddFit {
  readonly rounding: LayerFit['rounding'];
  readonly candidates: readonly (Pick<Candidate, 'shift'> & {
    readonly multiplierA: number;
    readonly multiplierB: number;
  })[];
  readonly exact: boolean;
  readonly greatestDeviation: number;
  readonly deviatingValues: number;
  readonly reachableValues: number;
}

/** How well a layer's integers reproduce the real arithmetic of the model file. */
export interface LayerReport {
  readonly layer: string;
  readonly rounding: LayerFit['rounding'] | 'none';
  /** Equal for every accumulator value that can occur. */
  readonly exact: boolean;
  readonly inexactChannels: number;
  /** In output steps. */
  readonly greatestDeviation: number;
  /** Over all channels: accumulator values whose output differs, and values that can occur. */
  readonly deviatingValues: number;
  readonly reachableValues: number;
}

/** Everything the lowering of one graph collects; lives for one `importOnnx` call. */
export interface Lowering {
  readonly graph: OnnxGraph;
  /** Of a run on zeros: shapes of everything and values of constants. */
  readonly executed: ReadonlyMap<string, Tensor>;
  readonly multiplierBits: number;
  /** What the file says under nomul.v1. */
  readonly metadata: NetworkMetadata;
  readonly values: Map<string, Value>;
  readonly tensors: Map<string, IntegerTensor>;
  readonly ranges: Map<string, ValueRange>;
  readonly layers: DraftedLayer[];
  readonly reports: LayerReport[];
  readonly notes: string[];
  input: { readonly tensor: string; readonly transform: InputTransform } | undefined;
}

export const noPadding: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

export const addPadding = (a: Padding, b: Padding): Padding => ({
  top: a.top + b.top,
  left: a.left + b.left,
  bottom: a.bottom + b.bottom,
  right: a.right + b.right,
});

/** A use of a supported operator that is not supported. */
export const unsupported = (node: OnnxNode, problem: string): NnError =>
  new NnError('NN003', `${describe(node)} ${problem}`);

export function valueAt(lowering: Lowering, node: OnnxNode, index: number): Value {
  const value = lowering.values.get(node.inputs[index] ?? '');
  if (value === undefined)
    throw new NnError('NN001', `${describe(node)} lacks its input ${index}. The file is damaged.`);
  return value;
}

/** The constant at an input, undefined when the input is absent. @throws NnError NN003 when it is computed from data */
export function optionalConstant(
  lowering: Lowering,
  node: OnnxNode,
  index: number,
): ConstantValue | undefined {
  const name = node.inputs[index] ?? '';
  if (name === '') return undefined;
  const value = valueAt(lowering, node, index);
  if (value.kind !== 'constant')
    throw unsupported(
      node,
      `computes its input ${index} ("${name}") from data; only a constant is supported.`,
    );
  return value;
}

export function constantAt(lowering: Lowering, node: OnnxNode, index: number): ConstantValue {
  const value = optionalConstant(lowering, node, index);
  if (value === undefined)
    throw new NnError('NN001', `${describe(node)} lacks its input ${index}. The file is damaged.`);
  return value;
}

/** All inputs that are constants, for the helpers of the float executor. */
export const constantInputs = (lowering: Lowering, node: OnnxNode): readonly (Tensor | undefined)[] =>
  node.inputs.map((name) => {
    const value = lowering.values.get(name);
    return value?.kind === 'constant' ? value.tensor : undefined;
  });

/** The quantized tensor at an input. @throws NnError NN004 naming what lacks a quantizer */
export function activationAt(lowering: Lowering, node: OnnxNode, index: number): ActivationValue {
  const value = valueAt(lowering, node, index);
  if (value.kind === 'activation') return value;
  throw notQuantized(lowering, node, index, value);
}

function notQuantized(lowering: Lowering, node: OnnxNode, index: number, value: Value): NnError {
  const advice = 'Quantize the model first (QONNX Quant nodes or QuantizeLinear/DequantizeLinear pairs).';
  const input = `input "${node.inputs[index] ?? ''}" of ${describe(node)}`;
  if (value.kind === 'pending') {
    return new NnError(
      'NN004',
      `${input} comes from node "${value.source.name}", whose output has no quantizer. ${advice}`,
    );
  }
  if (value.kind === 'real') {
    return new NnError(
      'NN004',
      `${input} is the network input "${lowering.graph.inputs[0]?.name ?? ''}", which has no quantizer. ${advice}`,
    );
  }
  if (value.kind === 'codes') {
    return new NnError(
      'NN003',
      `${input} holds quantized codes without DequantizeLinear; integer operators are not supported.`,
    );
  }
  return new NnError('NN003', `${input} is a constant; only data is supported there.`);
}

export function tensorNamed(lowering: Lowering, name: string): IntegerTensor {
  const tensor = lowering.tensors.get(name);
  if (tensor === undefined)
    throw new NnError('NN010', `the importer lost tensor "${name}". Please report this model.`);
  return tensor;
}

/** A tensor name not yet taken. */
export function freshName(lowering: Lowering, wanted: string): string {
  let name = wanted;
  for (let i = 2; lowering.tensors.has(name); i++) name = `${wanted}#${i}`;
  return name;
}

export const dimsOf = (lowering: Lowering, name: string): readonly number[] =>
  lowering.executed.get(name)?.dims ?? [];
