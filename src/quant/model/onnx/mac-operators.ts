/** Conv, Gemm and MatMul of a float ONNX model as conv nodes; weights reordered from C, H, W to H, W, C. */
import { elementCount, numberAttribute, windowAttributes, type OnnxNode } from '../../../nn/index.js';
import {
  append,
  constantAt,
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

export function lowerConv(reading: Reading, node: OnnxNode): Data {
  const { node: input, shape, dims, padding: before = noPadding } = dataAt(reading, node, 0);
  const tensor = requiredConstant(reading, node, 1);
  const [out = 1, perGroup = 1, height = 1, width = 1] = tensor.dims;
  const { kernel, stride, padding } = windowAttributes(node, dims, tensor.dims.slice(2));
  const channels = shape[2];
  const group = numberAttribute(node, 'group', 1);
  const depthwise = group > 1 && group === channels && group === out;
  if (group !== 1 && !depthwise)
    throw unsupported(
      node,
      `has ${group} groups for ${channels} input and ${out} output channels; group 1 and depthwise (one filter per channel) are supported`,
    );
  const weights = reordered(tensor.data, out, [height, width, perGroup]);
  const bias = biasOf(reading, node, out, 1);
  const window = {
    kernel,
    stride,
    padding: {
      top: padding.top + before.top,
      left: padding.left + before.left,
      bottom: padding.bottom + before.bottom,
      right: padding.right + before.right,
    },
  };
  return append(
    reading,
    node,
    (name) => ({
      kind: 'conv',
      name,
      input,
      ...window,
      depthwise,
      inChannels: channels,
      outChannels: out,
      weights,
      ...bias,
    }),
    shapeOfDims(dimsOf(reading, node)),
  );
}

/** Rows of C, H, W become rows of H, W, C. */
function reordered(
  data: ArrayLike<number>,
  rows: number,
  [height, width, channels]: readonly [number, number, number],
): Float32Array {
  const pixels = height * width;
  const size = pixels * channels;
  return Float32Array.from({ length: rows * size }, (_, i) => {
    const inside = i % size;
    return data[i - inside + (inside % channels) * pixels + Math.floor(inside / channels)] ?? 0;
  });
}

/** Gemm (transB, alpha, beta) and MatMul: a kernel over the whole input. */
export function lowerMatrix(reading: Reading, node: OnnxNode): Data {
  const { node: input, shape, dims } = wholeAt(reading, node, 0);
  const depth = elementCount(shape);
  if (dims.at(-1) !== depth || numberAttribute(node, 'transA', 0) !== 0)
    throw unsupported(
      node,
      `multiplies an input of shape [${dims.join(', ')}] row by row; flatten it to [1, ${depth}] first`,
    );
  const { dims: matrixDims, data } = requiredConstant(reading, node, 1);
  const transposed = node.op === 'Gemm' && numberAttribute(node, 'transB', 0) !== 0;
  const [rows = 1, columns = 1] = matrixDims;
  const [out, inner] = transposed ? [rows, columns] : [columns, rows];
  if (matrixDims.length !== 2 || inner !== depth)
    throw unsupported(node, `has weights [${matrixDims.join(', ')}] for ${depth} inputs`);
  const alpha = node.op === 'Gemm' ? numberAttribute(node, 'alpha', 1) : 1;
  const matrix = Float32Array.from({ length: out * inner }, (_, i) => {
    const at = transposed ? i : (i % inner) * out + Math.floor(i / inner);
    return alpha * (data[at] ?? 0);
  });
  const weights = reordered(matrix, out, shape);
  const bias = node.op === 'Gemm' ? biasOf(reading, node, out, numberAttribute(node, 'beta', 1)) : {};
  const window = { kernel: [shape[0], shape[1]] as const, stride: [1, 1] as const, padding: noPadding };
  return append(
    reading,
    node,
    (name) => ({
      kind: 'conv',
      name,
      input,
      ...window,
      depthwise: false,
      inChannels: shape[2],
      outChannels: out,
      weights,
      ...bias,
    }),
    [1, 1, out],
  );
}

function biasOf(
  reading: Reading,
  node: OnnxNode,
  channels: number,
  beta: number,
): { readonly bias?: Float32Array } {
  const values = constantAt(reading, node, 2)?.data;
  if (values === undefined) return {};
  if (values.length !== 1 && values.length !== channels)
    throw unsupported(node, `has ${values.length} biases for ${channels} output channels`);
  const bias = Float32Array.from(
    { length: channels },
    (_, c) => beta * (values[values.length === 1 ? 0 : c] ?? 0),
  );
  return { bias };
}
