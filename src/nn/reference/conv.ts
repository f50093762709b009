import type { ConvLayer } from '../ir.js';
import { hasPadding, tensorOf } from '../ranges.js';
import { tableByWeight } from './products.js';
import { copyRow, prepareRequantize, type RowRequantizer } from '../requantize.js';
import {
  accumulatorBounds,
  insideTaps,
  windowOf,
  type LayerContext,
  type LayerKernel,
  type Window,
} from './kernel.js';

/** Output pixels whose input patches are gathered at a time: small enough for the first-level cache. */
const CHUNK_PIXELS = 16;
/** Packed filters per inner loop, with two pixels: eight sums held in registers. */
const TILE = 4;

/**
 * Standard, pointwise and fully connected layers: gather the patches of some output pixels, multiply them with all
 * filters, requantize. All sums are integers below 2^53, so double arithmetic is exact.
 */
export function prepareConv(context: LayerContext, layer: ConvLayer): LayerKernel {
  const window = windowOf(context, layer);
  const [outHeight, outWidth, outChannels] = window.output;
  const depth = layer.kernel[0] * layer.kernel[1] * window.input[2];
  const pixels = outHeight * outWidth;
  const bounds = accumulatorBounds(context, layer);
  const multiply =
    layer.product === 'exact'
      ? packedMultiply(packFilters(layer, bounds, depth))
      : tableMultiply(context, layer, layer.product.table, depth);
  const requantize = requantizerOf(layer, bounds);
  const contiguous = isContiguous(layer);
  const patches = new Float64Array((CHUNK_PIXELS + 1) * depth);
  const acc = new Float64Array((CHUNK_PIXELS + 1) * outChannels);

  return ([input], output) => {
    if (input === undefined) return;
    for (let first = 0; first < pixels; first += CHUNK_PIXELS) {
      const count = Math.min(CHUNK_PIXELS, pixels - first);
      if (contiguous) copyPixels(input, first * depth, count * depth, window.inputZero, patches);
      else for (let i = 0; i < count; i++) gatherPatch(window, input, first + i, patches, i * depth);
      multiply(patches, count, acc);
      requantize(acc, count * outChannels, output, first * outChannels);
    }
  };
}

export function requantizerOf(layer: ConvLayer, bounds: readonly number[]): RowRequantizer {
  return layer.requantize === undefined ? copyRow : prepareRequantize(layer.requantize, Math.max(...bounds));
}

/** Pointwise without stride: the patches of successive pixels lie one after another in the input. */
const isContiguous = ({ kernel, stride, padding }: ConvLayer): boolean =>
  [...kernel, ...stride].every((size) => size === 1) && !hasPadding(padding);

function copyPixels(
  input: Int32Array,
  from: number,
  count: number,
  zero: number,
  patches: Float64Array,
): void {
  for (let i = 0; i < count; i++) patches[i] = (input[from + i] ?? 0) - zero;
}

/** x - zx of every tap of one output pixel, [kernelHeight][kernelWidth][channels]; padding is 0. */
function gatherPatch(w: Window, input: Int32Array, pixel: number, patch: Float64Array, at: number): void {
  const [height, width, channels] = w.input;
  const outWidth = w.output[1];
  const y0 = Math.floor(pixel / outWidth) * w.stride[0] - w.padding.top;
  const x0 = (pixel % outWidth) * w.stride[1] - w.padding.left;
  const rowLength = w.kernel[1] * channels;
  const [firstX, endX] = insideTaps(x0, w.kernel[1], width);
  const zero = w.inputZero;
  for (let ky = 0; ky < w.kernel[0]; ky++) {
    const row = at + ky * rowLength;
    const y = y0 + ky;
    if (y < 0 || y >= height) {
      patch.fill(0, row, row + rowLength);
      continue;
    }
    patch.fill(0, row, row + firstX * channels);
    patch.fill(0, row + Math.max(firstX, endX) * channels, row + rowLength);
    const from = (y * width + x0) * channels;
    for (let i = firstX * channels; i < endX * channels; i++) patch[row + i] = (input[from + i] ?? 0) - zero;
  }
}

type Multiply = (patches: Float64Array, pixels: number, acc: Float64Array) => void;

/**
 * Several filters side by side in one double: packed = sum of w_j * base^j with base = 2^digitBits. One multiplication and
 * addition then serves them all, exactly, as long as each sum fits a digit and all digits fit 53 bits.
 */
interface PackedFilters {
  /** [group][depth]; digit j of group g is output channel j * groups + g. */
  readonly weights: Float64Array;
  /** A multiple of TILE. */
  readonly groups: number;
  readonly digits: number;
  readonly digitBits: number;
  readonly depth: number;
  readonly bias: Float64Array;
}

function packFilters(layer: ConvLayer, bounds: readonly number[], depth: number): PackedFilters {
  const outChannels = layer.bias.length;
  // One bit to spare keeps every digit well inside (-base/2, base/2).
  const digitBits = Math.ceil(Math.log2(2 * Math.max(...bounds) + 2)) + 1;
  const most = Math.max(1, Math.floor(52 / digitBits));
  const groups = Math.ceil(outChannels / most / TILE) * TILE;
  const digits = Math.ceil(outChannels / groups);
  const weights = new Float64Array(groups * depth);
  for (let channel = 0; channel < outChannels; channel++) {
    const factor = 2 ** (digitBits * Math.floor(channel / groups));
    const at = (channel % groups) * depth;
    for (let k = 0; k < depth; k++) {
      weights[at + k] = (weights[at + k] ?? 0) + factor * (layer.weights[channel * depth + k] ?? 0);
    }
  }
  return { weights, groups, digits, digitBits, depth, bias: Float64Array.from(layer.bias) };
}

function packedMultiply(packed: PackedFilters): Multiply {
  const { weights, groups, depth } = packed;
  const sums = new Float64Array(2 * groups);
  return (patches, pixels, acc) => {
    for (let pixel = 0; pixel < pixels; pixel += 2) {
      for (let group = 0; group < groups; group += TILE) {
        tileDots(patches, pixel * depth, weights, group * depth, depth, sums, group, groups);
      }
      unpack(packed, sums, 0, acc, pixel);
      if (pixel + 1 < pixels) unpack(packed, sums, groups, acc, pixel + 1);
    }
  };
}

/** The hot loop: 2 pixels x 4 packed filters. */
function tileDots(
  x: Float64Array,
  xAt: number,
  w: Float64Array,
  wAt: number,
  depth: number,
  sums: Float64Array,
  at: number,
  stride: number,
): void {
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0; // prettier-ignore
  let b0 = 0, b1 = 0, b2 = 0, b3 = 0; // prettier-ignore
  const w1 = wAt + depth;
  const w2 = w1 + depth;
  const w3 = w2 + depth;
  for (let k = 0; k < depth; k++) {
    const p = x[xAt + k] ?? 0;
    const q = x[xAt + depth + k] ?? 0;
    const u0 = w[wAt + k] ?? 0;
    const u1 = w[w1 + k] ?? 0;
    const u2 = w[w2 + k] ?? 0;
    const u3 = w[w3 + k] ?? 0;
    a0 += p * u0;
    a1 += p * u1;
    a2 += p * u2;
    a3 += p * u3;
    b0 += q * u0;
    b1 += q * u1;
    b2 += q * u2;
    b3 += q * u3;
  }
  sums[at] = a0;
  sums[at + 1] = a1;
  sums[at + 2] = a2;
  sums[at + 3] = a3;
  sums[at + stride] = b0;
  sums[at + stride + 1] = b1;
  sums[at + stride + 2] = b2;
  sums[at + stride + 3] = b3;
}

/** Adding and subtracting this rounds a double below 2^51 to the nearest integer. */
const ROUND = 1.5 * 2 ** 52;

/** Takes the digits apart, lowest first: each is the remainder nearest to zero. Destroys `sums`. */
function unpack(p: PackedFilters, sums: Float64Array, from: number, acc: Float64Array, pixel: number): void {
  const { groups, bias } = p;
  const channels = bias.length;
  const base = 2 ** p.digitBits;
  const inverse = 1 / base;
  for (let digit = 0; digit < p.digits; digit++) {
    const first = digit * groups;
    const count = Math.min(groups, channels - first);
    const at = pixel * channels + first;
    for (let group = 0; group < count; group++) {
      const rest = sums[from + group] ?? 0;
      const above = rest * inverse + ROUND - ROUND;
      acc[at + group] = rest - above * base + (bias[first + group] ?? 0);
      sums[from + group] = above;
    }
  }
}

/** Products looked up on the stored codes; input zero point is 0, so x - zx is the code's value. */
function tableMultiply(
  { network }: LayerContext,
  layer: ConvLayer,
  table: readonly number[],
  depth: number,
): Multiply {
  const actBits = tensorOf(network, layer.input, `layer "${layer.name}"`).bits;
  const { products, rows } = tableByWeight(layer, table, actBits);
  const channels = layer.bias.length;
  const mask = 2 ** actBits - 1;
  return (patches, pixels, acc) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = layer.bias[channel] ?? 0;
        const [row, patch] = [channel * depth, pixel * depth];
        for (let k = 0; k < depth; k++)
          sum += products[(rows[row + k] ?? 0) + ((patches[patch + k] ?? 0) & mask)] ?? 0;
        acc[pixel * channels + channel] = sum;
      }
    }
  };
}
