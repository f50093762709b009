import { NnError } from '../errors.js';
import {
  describe,
  numberAttribute,
  numbersAttribute,
  stringAttribute,
  tensorAttribute,
  type OnnxNode,
} from '../onnx/graph.js';
import { broadcastStrides, emptyTensor, sizeOf, tensorFrom, type Tensor } from '../onnx/tensor.js';
import { needed, type Operator } from './operator.js';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** A list that is an attribute in old opsets and an input in new ones. */
export function listOf(
  node: OnnxNode,
  inputs: readonly (Tensor | undefined)[],
  key: string,
  index: number,
): readonly number[] | undefined {
  return numbersAttribute(node, key) ?? (inputs[index] === undefined ? undefined : [...inputs[index].data]);
}

const constant: Operator = (_, node) => {
  const value = tensorAttribute(node, 'value');
  if (value !== undefined) return [value];
  const one = node.attributes.get('value_float') ?? node.attributes.get('value_int');
  if (typeof one === 'number')
    return [tensorFrom([], [one], node.attributes.has('value_int') ? 'int64' : 'float32')];
  const list = numbersAttribute(node, 'value_floats') ?? numbersAttribute(node, 'value_ints');
  if (list === undefined) throw new NnError('NN003', `${describe(node)} holds no numeric value.`);
  return [tensorFrom([list.length], list, node.attributes.has('value_ints') ? 'int64' : 'float32')];
};

function reshaped(x: Tensor, dims: readonly number[], node: OnnxNode): readonly Tensor[] {
  if (sizeOf(dims) !== x.data.length) {
    throw new NnError(
      'NN006',
      `${describe(node)} turns shape [${x.dims.join(', ')}] into [${dims.join(', ')}], of another size.`,
    );
  }
  return [{ ...x, dims }];
}

const reshape: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const wanted = [...needed(inputs, 1, node).data].map((size, axis) =>
    size === 0 ? (x.dims[axis] ?? 1) : size,
  );
  const known = sizeOf(wanted.filter((size) => size >= 0));
  return reshaped(
    x,
    wanted.map((size) => (size < 0 ? x.data.length / known : size)),
    node,
  );
};

const flatten: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const axis = axisOf(numberAttribute(node, 'axis', 1), x.dims.length);
  return reshaped(x, [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))], node);
};

const unsqueeze: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const axes = listOf(node, inputs, 'axes', 1) ?? [];
  const dims = [...x.dims];
  const rank = dims.length + axes.length;
  for (const axis of axes.map((a) => axisOf(a, rank)).sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return reshaped(x, dims, node);
};

const squeeze: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const axes = listOf(node, inputs, 'axes', 1)?.map((a) => axisOf(a, x.dims.length));
  return reshaped(
    x,
    x.dims.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis))),
    node,
  );
};

const transpose: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const perm = numbersAttribute(node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  return [transposed(x, perm)];
};

export function transposed(x: Tensor, perm: readonly number[]): Tensor {
  const dims = perm.map((axis) => x.dims[axis] ?? 1);
  const strides = broadcastStrides(x.dims, x.dims.length);
  const result = emptyTensor(dims, x.type);
  for (let at = 0; at < result.data.length; at++) {
    let rest = at;
    let from = 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const size = dims[axis] ?? 1;
      from += (rest % size) * (strides[perm[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / size);
    }
    result.data[at] = x.data[from] ?? 0;
  }
  return result;
}

const gather: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const indices = needed(inputs, 1, node);
  const axis = axisOf(numberAttribute(node, 'axis', 0), x.dims.length);
  const size = x.dims[axis] ?? 1;
  const inner = sizeOf(x.dims.slice(axis + 1));
  const outer = sizeOf(x.dims.slice(0, axis));
  const result = emptyTensor([...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)], x.type);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices.data) {
      const from = (o * size + axisOf(index, size)) * inner;
      for (let i = 0; i < inner; i++) result.data[at++] = x.data[from + i] ?? 0;
    }
  }
  return [result];
};

const concat: Operator = (inputs, node) => {
  const tensors = inputs.map((_, i) => needed(inputs, i, node));
  const first = needed(inputs, 0, node);
  const axis = axisOf(numberAttribute(node, 'axis', 0), first.dims.length);
  const dims = first.dims.map((size, k) =>
    k === axis ? tensors.reduce((sum, t) => sum + (t.dims[axis] ?? 1), 0) : size,
  );
  const result = emptyTensor(dims, first.type);
  const outer = sizeOf(dims.slice(0, axis));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const { data } of tensors) {
      const run = data.length / outer;
      result.data.set(data.subarray(o * run, (o + 1) * run), at);
      at += run;
    }
  }
  return [result];
};

/** Begin and end padding per axis, ONNX order [begins..., ends...]. @throws NnError NN003 unless mode is constant */
export function padAmounts(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): readonly number[] {
  const mode = stringAttribute(node, 'mode', 'constant');
  const pads = listOf(node, inputs, 'pads', 1) ?? [];
  if (mode !== 'constant' && pads.some((p) => p !== 0)) {
    throw new NnError('NN003', `${describe(node)} pads by "${mode}"; only constant padding is supported.`);
  }
  if (pads.some((p) => p < 0))
    throw new NnError('NN003', `${describe(node)} crops (negative padding), which is not supported.`);
  return pads;
}

export const padValue = (node: OnnxNode, inputs: readonly (Tensor | undefined)[]): number =>
  inputs[2]?.data[0] ?? numberAttribute(node, 'value', 0);

const pad: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const rank = x.dims.length;
  const pads = padAmounts(node, inputs);
  const dims = x.dims.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0));
  const result = emptyTensor(dims, x.type);
  result.data.fill(padValue(node, inputs));
  const strides = broadcastStrides(dims, rank).map((stride, axis) => (dims[axis] === 1 ? 1 : stride));
  for (let from = 0; from < x.data.length; from++) {
    let rest = from;
    let at = 0;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = x.dims[axis] ?? 1;
      at += ((rest % size) + (pads[axis] ?? 0)) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    result.data[at] = x.data[from] ?? 0;
  }
  return [result];
};

export const shapeOperators: Readonly<Record<string, Operator>> = {
  Constant: constant,
  Reshape: reshape,
  Flatten: flatten,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Transpose: transpose,
  Gather: gather,
  Concat: concat,
  Pad: pad,
  Shape: (inputs, node) => {
    const { dims } = needed(inputs, 0, node);
    return [tensorFrom([dims.length], dims, 'int64')];
  },
};
