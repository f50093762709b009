import { NnError } from '../errors.js';
import { describe, numberAttribute, type OnnxNode } from '../onnx/graph.js';
import {
  broadcastDims,
  emptyTensor,
  forEachBroadcast,
  type ElementType,
  type Tensor,
} from '../onnx/tensor.js';
import { needed, type Operator } from './operator.js';

/** Any number of operands, broadcast as numpy does, result in the first operand's type unless given. */
export function broadcast(
  node: OnnxNode,
  operands: readonly Tensor[],
  f: (values: readonly number[]) => number,
  type?: ElementType,
): Tensor {
  const dims = operands.map((o) => o.dims).reduce((a, b) => broadcastDims(a, b, describe(node)));
  const result = emptyTensor(dims, type ?? operands[0]?.type ?? 'float32');
  const values = operands.map(() => 0);
  forEachBroadcast(
    dims,
    operands.map((o) => o.dims),
    (at, operandAt) => {
      operandAt.forEach((from, k) => (values[k] = operands[k]?.data[from] ?? 0));
      result.data[at] = f(values);
    },
  );
  return result;
}

function map(input: Tensor, f: (value: number) => number, type: ElementType = input.type): Tensor {
  const result = emptyTensor(input.dims, type);
  input.data.forEach((value, i) => (result.data[i] = f(value)));
  return result;
}

const binary =
  (f: (a: number, b: number) => number): Operator =>
  (inputs, node) => [
    broadcast(node, [needed(inputs, 0, node), needed(inputs, 1, node)], ([a, b]) => f(a ?? 0, b ?? 0)),
  ];

const unary =
  (f: (value: number) => number): Operator =>
  (inputs, node) => [map(needed(inputs, 0, node), f)];

/** min and max are inputs since opset 11, attributes before. */
export function clipLimits(
  node: OnnxNode,
  inputs: readonly (Tensor | undefined)[],
): { lo: number; hi: number } {
  return {
    lo: inputs[1]?.data[0] ?? numberAttribute(node, 'min', -Infinity),
    hi: inputs[2]?.data[0] ?? numberAttribute(node, 'max', Infinity),
  };
}

const clip: Operator = (inputs, node) => {
  const { lo, hi } = clipLimits(node, inputs);
  return [map(needed(inputs, 0, node), (value) => Math.min(hi, Math.max(lo, value)))];
};

/** Per channel (axis 1): gain * x + offset. */
export function normalizationOf(
  node: OnnxNode,
  inputs: readonly (Tensor | undefined)[],
): { gain: Float64Array; offset: Float64Array } {
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => needed(inputs, i, node).data);
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const gain = Float64Array.from(scale ?? [], (s, c) => s / Math.sqrt((variance?.[c] ?? 1) + epsilon));
  return { gain, offset: gain.map((g, c) => (bias?.[c] ?? 0) - g * (mean?.[c] ?? 0)) };
}

const batchNormalization: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const { gain, offset } = normalizationOf(node, inputs);
  const channels = x.dims[1] ?? 1;
  if (gain.length !== channels) {
    throw new NnError(
      'NN006',
      `${describe(node)} has ${gain.length} scales for ${channels} channels. The file is damaged.`,
    );
  }
  const inner = x.dims.slice(2).reduce((a, b) => a * b, 1);
  const result = emptyTensor(x.dims, x.type);
  x.data.forEach((value, i) => {
    const c = Math.floor(i / inner) % channels;
    result.data[i] = value * (gain[c] ?? 0) + (offset[c] ?? 0);
  });
  return [result];
};

const softmax: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const last = x.dims.length - 1;
  if (![-1, last].includes(numberAttribute(node, 'axis', -1))) {
    throw new NnError('NN003', `${describe(node)} works on an inner axis; only the last axis is supported.`);
  }
  const size = x.dims[last] ?? 1;
  const result = emptyTensor(x.dims, x.type);
  for (let at = 0; at < x.data.length; at += size) {
    const row = x.data.subarray(at, at + size);
    const top = Math.max(...row);
    const exps = Array.from(row, (value) => Math.exp(value - top));
    const sum = exps.reduce((a, b) => a + b, 0);
    exps.forEach((value, i) => (result.data[at + i] = value / sum));
  }
  return [result];
};

const castTypes: Readonly<Record<number, ElementType>> = {
  1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool', 11: 'float64', 12: 'uint32',
}; // prettier-ignore

const cast: Operator = (inputs, node) => {
  const type = castTypes[numberAttribute(node, 'to', 1)];
  if (type === undefined)
    throw new NnError('NN003', `${describe(node)} casts to an element type that is not supported.`);
  return [map(needed(inputs, 0, node), type.startsWith('float') ? (v) => v : Math.trunc, type)];
};

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Pow: binary((a, b) => a ** b),
  Sqrt: unary(Math.sqrt),
  Neg: unary((value) => -value),
  Relu: unary((value) => Math.max(0, value)),
  Sigmoid: unary((value) => 1 / (1 + Math.exp(-value))),
  Tanh: unary(Math.tanh),
  Identity: unary((value) => value),
  Dropout: unary((value) => value),
  Clip: clip,
  Cast: cast,
  Softmax: softmax,
  BatchNormalization: batchNormalization,
};
