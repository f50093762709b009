import { NnError } from '../errors.js';
import {
  describe,
  numberAttribute,
  numbersAttribute,
  stringAttribute,
  type OnnxNode,
} from '../onnx/graph.js';
import { emptyTensor, sizeOf, type Tensor } from '../onnx/tensor.js';
import type { Padding } from '../ir.js';
import { windowOutput } from '../ranges.js';
import { needed, type Operator } from './operator.js';
import { listOf } from './shape-operators.js';

export interface WindowAttributes {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
}

/**
 * Kernel, stride and padding of Conv and pooling on a [1, C, height, width] tensor; auto_pad resolved.
 * @throws NnError NN003 for dilation, ceil_mode, or other than two spatial axes
 */
export function windowAttributes(
  node: OnnxNode,
  dims: readonly number[],
  kernelDims?: readonly number[],
): WindowAttributes {
  const [kernelHeight, kernelWidth] = numbersAttribute(node, 'kernel_shape') ?? kernelDims ?? [];
  if (dims.length !== 4 || kernelHeight === undefined || kernelWidth === undefined) {
    throw new NnError(
      'NN003',
      `${describe(node)} works on shape [${dims.join(', ')}]; only two spatial axes (N, C, height, width) are supported.`,
    );
  }
  if (numbersAttribute(node, 'dilations')?.some((d) => d !== 1)) {
    throw new NnError('NN003', `${describe(node)} is dilated, which is not supported. Use dilation 1.`);
  }
  if (numberAttribute(node, 'ceil_mode', 0) !== 0) {
    throw new NnError(
      'NN003',
      `${describe(node)} has ceil_mode, which is not supported. Pad the input instead.`,
    );
  }
  const [strideY, strideX] = numbersAttribute(node, 'strides') ?? [1, 1];
  const kernel = [kernelHeight, kernelWidth] as const;
  const stride = [strideY ?? 1, strideX ?? 1] as const;
  return { kernel, stride, padding: paddingOf(node, dims, kernel, stride) };
}

function paddingOf(
  node: OnnxNode,
  dims: readonly number[],
  kernel: readonly [number, number],
  stride: readonly [number, number],
): Padding {
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET') {
    const [top, left, bottom, right] = numbersAttribute(node, 'pads') ?? [];
    return { top: top ?? 0, left: left ?? 0, bottom: bottom ?? 0, right: right ?? 0 };
  }
  if (auto === 'VALID') return { top: 0, left: 0, bottom: 0, right: 0 };
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') {
    throw new NnError(
      'NN003',
      `${describe(node)} has auto_pad "${auto}"; supported: NOTSET, VALID, SAME_UPPER, SAME_LOWER.`,
    );
  }
  const split = (axis: 0 | 1): readonly [number, number] => {
    const size = dims[axis + 2] ?? 1;
    const total = Math.max(0, (Math.ceil(size / stride[axis]) - 1) * stride[axis] + kernel[axis] - size);
    const less = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  };
  const [[top, bottom], [left, right]] = [split(0), split(1)];
  return { top, left, bottom, right };
}

/** Calls `visit` for every tap of one output pixel that lies inside the picture. */
function forEachTap(
  { kernel, stride, padding }: WindowAttributes,
  height: number,
  width: number,
  y: number,
  x: number,
  visit: (pixel: number, tap: number) => void,
): void {
  for (let ky = 0; ky < kernel[0]; ky++) {
    const iy = y * stride[0] + ky - padding.top;
    if (iy < 0 || iy >= height) continue;
    for (let kx = 0; kx < kernel[1]; kx++) {
      const ix = x * stride[1] + kx - padding.left;
      if (ix >= 0 && ix < width) visit(iy * width + ix, ky * kernel[1] + kx);
    }
  }
}

const conv: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const w = needed(inputs, 1, node);
  const bias = inputs[2]?.data;
  const window = windowAttributes(node, x.dims, w.dims.slice(2));
  const [batch = 1, inChannels = 1, height = 1, width = 1] = x.dims;
  const group = numberAttribute(node, 'group', 1);
  const [outChannels = 1, perGroup = 1] = w.dims;
  if (perGroup * group !== inChannels || outChannels % group !== 0) {
    throw new NnError(
      'NN006',
      `${describe(node)} has weights [${w.dims.join(', ')}] in ${group} groups for ${inChannels} channels.`,
    );
  }
  const taps = window.kernel[0] * window.kernel[1];
  const [outHeight, outWidth] = windowOutput([height, width], window.kernel, window.stride, window.padding);
  const result = emptyTensor([batch, outChannels, outHeight, outWidth]);
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < outChannels; m++) {
      const first = n * inChannels + Math.floor(m / (outChannels / group)) * perGroup;
      for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
        let sum = bias?.[m] ?? 0;
        forEachTap(window, height, width, Math.floor(pixel / outWidth), pixel % outWidth, (from, tap) => {
          for (let c = 0; c < perGroup; c++) {
            sum +=
              (x.data[(first + c) * height * width + from] ?? 0) *
              (w.data[(m * perGroup + c) * taps + tap] ?? 0);
          }
        });
        result.data[at++] = sum;
      }
    }
  }
  return [result];
};

type Reduce = (values: readonly number[], taps: number) => number;

function pool(x: Tensor, window: WindowAttributes, reduce: Reduce): readonly Tensor[] {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.dims;
  const [outHeight, outWidth] = windowOutput([height, width], window.kernel, window.stride, window.padding);
  const result = emptyTensor([batch, channels, outHeight, outWidth]);
  let at = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
      const values: number[] = [];
      forEachTap(window, height, width, Math.floor(pixel / outWidth), pixel % outWidth, (from) => {
        values.push(x.data[plane * height * width + from] ?? 0);
      });
      result.data[at++] = reduce(values, window.kernel[0] * window.kernel[1]);
    }
  }
  return [result];
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Whether padding counts in the divisor of an average. */
export const countsPadding = (node: OnnxNode): boolean => numberAttribute(node, 'count_include_pad', 0) !== 0;

const averagePool: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const include = countsPadding(node);
  return pool(
    x,
    windowAttributes(node, x.dims),
    (values, taps) => total(values) / (include ? taps : values.length),
  );
};

const maxPool: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  return pool(x, windowAttributes(node, x.dims), (values) => Math.max(...values));
};

const meanOverPixels = (x: Tensor): Tensor => {
  const [batch = 1, channels = 1] = x.dims;
  const inner = sizeOf(x.dims.slice(2));
  const result = emptyTensor([batch, channels, ...x.dims.slice(2).map(() => 1)]);
  result.data.forEach(
    (_, i) => (result.data[i] = total([...x.data.subarray(i * inner, (i + 1) * inner)]) / inner),
  );
  return result;
};

const globalAveragePool: Operator = (inputs, node) => [meanOverPixels(needed(inputs, 0, node))];

/** ReduceMean over height and width, as PyTorch exports a global average. */
const reduceMean: Operator = (inputs, node) => {
  const x = needed(inputs, 0, node);
  const axes = listOf(node, inputs, 'axes', 1)?.map((a) => (a < 0 ? a + x.dims.length : a));
  if (x.dims.length !== 4 || axes?.length !== 2 || !axes.includes(2) || !axes.includes(3)) {
    throw new NnError(
      'NN003',
      `${describe(node)} averages over axes [${axes?.join(', ') ?? 'all'}]; only height and width together are supported.`,
    );
  }
  const mean = meanOverPixels(x);
  return [numberAttribute(node, 'keepdims', 1) === 0 ? { ...mean, dims: mean.dims.slice(0, 2) } : mean];
};

/** [.., K] x [K, N]; leading sizes of the left side are rows. */
const matMul: Operator = (inputs, node) => [multiply(needed(inputs, 0, node), needed(inputs, 1, node), node)];

function multiply(a: Tensor, b: Tensor, node: OnnxNode): Tensor {
  const depth = a.dims.at(-1) ?? 1;
  const [rows, columns = 1] = b.dims;
  if (b.dims.length !== 2 || rows !== depth) {
    throw new NnError(
      'NN006',
      `${describe(node)} multiplies [${a.dims.join(', ')}] with [${b.dims.join(', ')}]; the inner sizes must agree.`,
    );
  }
  const result = emptyTensor([...a.dims.slice(0, -1), columns]);
  for (let i = 0; i < result.data.length; i++) {
    const row = Math.floor(i / columns) * depth;
    let sum = 0;
    for (let k = 0; k < depth; k++)
      sum += (a.data[row + k] ?? 0) * (b.data[k * columns + (i % columns)] ?? 0);
    result.data[i] = sum;
  }
  return result;
}

const swapped = (t: Tensor): Tensor => {
  const [rows = 1, columns = 1] = t.dims;
  const result = emptyTensor([columns, rows], t.type);
  t.data.forEach((value, i) => (result.data[(i % columns) * rows + Math.floor(i / columns)] = value));
  return result;
};

const gemm: Operator = (inputs, node) => {
  if (numberAttribute(node, 'transA', 0) !== 0)
    throw new NnError('NN003', `${describe(node)} has transA, which is not supported.`);
  const b = needed(inputs, 1, node);
  const product = multiply(
    needed(inputs, 0, node),
    numberAttribute(node, 'transB', 0) === 0 ? b : swapped(b),
    node,
  );
  const alpha = numberAttribute(node, 'alpha', 1);
  const beta = numberAttribute(node, 'beta', 1);
  const bias = inputs[2]?.data;
  product.data.forEach((value, i) => {
    const added = bias === undefined ? 0 : (bias[bias.length === 1 ? 0 : i % bias.length] ?? 0);
    product.data[i] = alpha * value + beta * added;
  });
  return [product];
};

export const windowOperators: Readonly<Record<string, Operator>> = {
  Conv: conv,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  ReduceMean: reduceMean,
  MaxPool: maxPool,
  MatMul: matMul,
  Gemm: gemm,
};
