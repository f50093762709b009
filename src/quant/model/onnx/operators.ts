/** Every ONNX operator of a float model and what it becomes. */
import {
  clipLimits,
  countsPadding,
  elementCount,
  hasPadding,
  numberAttribute,
  numbersAttribute,
  padAmounts,
  padValue,
  windowAttributes,
  type OnnxNode,
  type Padding,
} from '../../../nn/index.js';
import { lowerConv, lowerMatrix } from './mac-operators.js';
import {
  append,
  constantInputs,
  dataAt,
  dimsOf,
  noPadding,
  requiredConstant,
  shapeOfDims,
  unsupported,
  wholeAt,
  type Data,
  type Reading,
} from './state.js';

type Lower = (reading: Reading, node: OnnxNode) => Data;

const passOn: Lower = (reading, node) => dataAt(reading, node, 0);

const lowerBatchNorm: Lower = (reading, node) => {
  const { node: input, shape, dims } = wholeAt(reading, node, 0);
  if (dims.length === 2 && shape[0] * shape[1] > 1)
    throw unsupported(node, `normalizes a flattened ${shape.join(' x ')} tensor; put it before the Flatten`);
  const numbers = (index: number): Float32Array =>
    Float32Array.from(requiredConstant(reading, node, index).data);
  const parameters = { gamma: numbers(1), beta: numbers(2), mean: numbers(3), variance: numbers(4) };
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  return append(reading, node, (name) => ({ kind: 'batchNorm', name, input, ...parameters, epsilon }), shape);
};

const lowerClamp: Lower = (reading, node) => {
  const { node: input, shape } = wholeAt(reading, node, 0);
  const { lo, hi } =
    node.op === 'Relu' ? { lo: 0, hi: Infinity } : clipLimits(node, constantInputs(reading, node));
  if (lo !== 0 || !(hi > 0))
    throw unsupported(node, `clips to ${lo} .. ${hi}; from 0 to a number above 0 is supported (ReLU, ReLU6)`);
  const max = hi < 3e38 ? { max: hi } : {};
  return append(reading, node, (name) => ({ kind: 'relu', name, input, ...max }), shape);
};

const sum = (a: Padding, b: Padding): Padding => ({
  top: a.top + b.top,
  left: a.left + b.left,
  bottom: a.bottom + b.bottom,
  right: a.right + b.right,
});

const lowerMaxPool: Lower = (reading, node) => {
  const { node: input, dims, padding = noPadding } = dataAt(reading, node, 0);
  // Padding never wins in our pooling, zeros around values that are never negative cannot win either.
  const producer = reading.nodes.find(({ name }) => name === input);
  if (hasPadding(padding) && producer?.kind !== 'relu')
    throw unsupported(
      node,
      'follows a Pad with zeros, which could win over negative values; use the pads attribute instead',
    );
  const window = windowAttributes(node, dims);
  const pool = { ...window, padding: sum(window.padding, padding) };
  return append(
    reading,
    node,
    (name) => ({ kind: 'maxPool', name, input, ...pool }),
    shapeOfDims(dimsOf(reading, node)),
  );
};

const lowerAveragePool: Lower = (reading, node) => {
  const { node: input, dims, padding = noPadding } = dataAt(reading, node, 0);
  const window = windowAttributes(node, dims);
  if (hasPadding(window.padding) && !countsPadding(node))
    throw unsupported(
      node,
      'leaves padding out of its average, so its divisor varies; set count_include_pad or use no padding',
    );
  const pool = { ...window, padding: sum(window.padding, padding) };
  return append(
    reading,
    node,
    (name) => ({ kind: 'avgPool', name, input, ...pool }),
    shapeOfDims(dimsOf(reading, node)),
  );
};

/** GlobalAveragePool, and ReduceMean over height and width. */
const lowerGlobalAverage: Lower = (reading, node) => {
  const { node: input, shape, dims } = wholeAt(reading, node, 0);
  if (dims.length !== 4)
    throw unsupported(node, `averages over shape [${dims.join(', ')}]; [1, C, height, width] is supported`);
  if (elementCount([1, 1, shape[2]]) !== dimsOf(reading, node).reduce((a, b) => a * b, 1))
    throw unsupported(node, 'averages over other axes than height and width');
  const kernel = [shape[0], shape[1]] as const;
  const window = { kernel, stride: [1, 1] as const, padding: noPadding };
  return append(reading, node, (name) => ({ kind: 'avgPool', name, input, ...window }), [1, 1, shape[2]]);
};

/** Two computed tensors are a residual add; a constant behind a convolution or a matrix is its bias. */
const lowerAdd: Lower = (reading, node) => {
  const kinds = node.inputs.map((name) => reading.values.get(name)?.kind);
  if (kinds.includes('constant')) return addBias(reading, node, kinds[0] === 'constant' ? 0 : 1);
  const [a, b] = [wholeAt(reading, node, 0), wholeAt(reading, node, 1)];
  if (a.shape.join() !== b.shape.join() || a.dims.join() !== b.dims.join())
    throw unsupported(
      node,
      `adds shapes [${a.dims.join(', ')}] and [${b.dims.join(', ')}]; equal shapes are supported`,
    );
  return append(reading, node, (name) => ({ kind: 'add', name, inputs: [a.node, b.node] }), a.shape);
};

function addBias(reading: Reading, node: OnnxNode, constantIndex: number): Data {
  const data = wholeAt(reading, node, 1 - constantIndex);
  const tensor = requiredConstant(reading, node, constantIndex);
  const at = reading.nodes.findIndex(({ name }) => name === data.node);
  const conv = reading.nodes[at];
  const readers = reading.graph.nodes.filter(({ inputs }) =>
    inputs.includes(node.inputs[1 - constantIndex] ?? ''),
  );
  const perChannel = tensor.data.length === 1 || alongChannels(tensor.dims, data);
  if (conv?.kind !== 'conv' || readers.length > 1 || !perChannel)
    throw unsupported(
      node,
      'adds a constant; that is supported as the bias right behind a Conv, Gemm or MatMul, one number per channel',
    );
  const value = (c: number): number => tensor.data[tensor.data.length === 1 ? 0 : c] ?? 0;
  const bias = Float32Array.from({ length: conv.outChannels }, (_, c) => (conv.bias?.[c] ?? 0) + value(c));
  reading.nodes[at] = { ...conv, bias };
  return { ...data, dims: dimsOf(reading, node) };
}

function alongChannels(dims: readonly number[], data: Data): boolean {
  const axis = 1 - data.dims.length + dims.length;
  return dims[axis] === data.shape[2] && dims.every((size, k) => k === axis || size === 1);
}

/** Zeros around height and width wait for the next window. */
const lowerPad: Lower = (reading, node) => {
  const data = dataAt(reading, node, 0);
  const constants = constantInputs(reading, node);
  const pads = padAmounts(node, constants);
  if (pads.every((p) => p === 0)) return data;
  const [n0, c0, top = 0, left = 0, n1, c1, bottom = 0, right = 0] = pads;
  if (pads.length !== 8 || [n0, c0, n1, c1].some((p) => p !== 0) || padValue(node, constants) !== 0)
    throw unsupported(node, 'pads other axes than height and width, or with another value than 0');
  const padding = sum(data.padding ?? noPadding, { top, left, bottom, right });
  return { ...data, padding, dims: dimsOf(reading, node) };
};

/** Only the view changes: to a vector of all values, or back to the picture. */
const lowerReshape: Lower = (reading, node) => {
  const data = wholeAt(reading, node, 0);
  const dims = dimsOf(reading, node);
  const [height, width, channels] = data.shape;
  const isVector = dims.filter((size) => size !== 1).length <= 1;
  if (!isVector && dims.join() !== [1, channels, height, width].join())
    throw unsupported(
      node,
      `reshapes [${data.dims.join(', ')}] to [${dims.join(', ')}]; only flattening to a vector is supported`,
    );
  return { ...data, dims };
};

/** The network input may come as N, H, W, C: pictures are H, W, C anyway. */
const lowerTranspose: Lower = (reading, node) => {
  const data = wholeAt(reading, node, 0);
  const dims = dimsOf(reading, node);
  if (data.node === reading.input && numbersAttribute(node, 'perm')?.join() === '0,3,1,2')
    return { ...data, dims, shape: shapeOfDims(dims) };
  throw unsupported(node, 'permutes the axes of data; only the input may be transposed, from N, H, W, C');
};

/** At the very end it keeps the order of the logits, so it is left out. */
const lowerSoftmax: Lower = (reading, node) => {
  if (!reading.graph.outputs.includes(node.outputs[0] ?? ''))
    throw unsupported(node, 'is supported only as the last node');
  return wholeAt(reading, node, 0);
};

export const lowerings: Readonly<Record<string, Lower>> = {
  Add: lowerAdd,
  AveragePool: lowerAveragePool,
  BatchNormalization: lowerBatchNorm,
  Clip: lowerClamp,
  Conv: lowerConv,
  Dropout: passOn,
  Flatten: lowerReshape,
  Gemm: lowerMatrix,
  GlobalAveragePool: lowerGlobalAverage,
  Identity: passOn,
  MatMul: lowerMatrix,
  MaxPool: lowerMaxPool,
  Pad: lowerPad,
  ReduceMean: lowerGlobalAverage,
  Relu: lowerClamp,
  Reshape: lowerReshape,
  Softmax: lowerSoftmax,
  Squeeze: lowerReshape,
  Transpose: lowerTranspose,
  Unsqueeze: lowerReshape,
};
