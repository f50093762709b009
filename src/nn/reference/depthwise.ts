import type { ConvLayer } from '../ir.js';
import { tensorOf } from '../ranges.js';
import { tableByWeight } from './products.js';
import { requantizerOf } from './conv.js';
import {
  accumulatorBounds,
  insideTaps,
  windowOf,
  type LayerContext,
  type LayerKernel,
  type Window,
} from './kernel.js';

/** One filter per channel: for every output pixel, taps outermost, channels innermost (they lie side by side in memory). */
export function prepareDepthwise(context: LayerContext, layer: ConvLayer): LayerKernel {
  const window = windowOf(context, layer);
  const channels = window.output[2];
  const [outHeight, outWidth] = window.output;
  const requantize = requantizerOf(layer, accumulatorBounds(context, layer));
  const accumulate =
    layer.product === 'exact'
      ? exactTaps(window, layer)
      : tableTaps(context, window, layer, layer.product.table);
  const acc = new Float64Array(outWidth * channels);
  const bias = Float64Array.from({ length: outWidth * channels }, (_, i) => layer.bias[i % channels] ?? 0);

  return ([input], output) => {
    if (input === undefined) return;
    for (let y = 0; y < outHeight; y++) {
      acc.set(bias);
      for (let x = 0; x < outWidth; x++) accumulate(input, y, x, acc);
      requantize(acc, outWidth * channels, output, y * outWidth * channels);
    }
  };
}

/** Adds all taps of output pixel (y, x) to the accumulators of column x. */
type Accumulate = (input: Int32Array, y: number, x: number, acc: Float64Array) => void;

/** Taps added per pass over the channels; a window's last pass is filled up with taps of weight 0. */
const TAPS_PER_PASS = 3;

function exactTaps(window: Window, layer: ConvLayer): Accumulate {
  const channels = window.input[2];
  const outWidth = window.output[1];
  const taps = tapLists(window);
  const weights = new Float64Array((layer.kernel[0] * layer.kernel[1] + 1) * channels);
  weights.set(tapMajor(layer, channels));
  return (input, y, x, acc) => {
    const pixel = y * outWidth + x;
    const end = taps.first[pixel + 1] ?? 0;
    for (let i = taps.first[pixel] ?? 0; i < end; i += TAPS_PER_PASS) {
      addThreeTaps(
        input,
        taps.inputAt,
        weights,
        taps.weightAt,
        i,
        window.inputZero,
        acc,
        x * channels,
        channels,
      );
    }
  };
}

/** For every output pixel: where its taps that lie inside the picture start in input and weights. */
interface TapLists {
  readonly inputAt: Int32Array;
  readonly weightAt: Int32Array;
  /** Pixel p has entries first[p] to first[p + 1]: a multiple of TAPS_PER_PASS. */
  readonly first: Int32Array;
}

function tapLists({ input, output, kernel, stride, padding }: Window): TapLists {
  const [height, width, channels] = input;
  const inputAt: number[] = [];
  const weightAt: number[] = [];
  const first = [0];
  for (let pixel = 0; pixel < output[0] * output[1]; pixel++) {
    const y0 = Math.floor(pixel / output[1]) * stride[0] - padding.top;
    const x0 = (pixel % output[1]) * stride[1] - padding.left;
    const [firstY, endY] = insideTaps(y0, kernel[0], height);
    const [firstX, endX] = insideTaps(x0, kernel[1], width);
    for (let ky = firstY; ky < endY; ky++) {
      for (let kx = firstX; kx < endX; kx++) {
        inputAt.push(((y0 + ky) * width + x0 + kx) * channels);
        weightAt.push((ky * kernel[1] + kx) * channels);
      }
    }
    while (inputAt.length % TAPS_PER_PASS !== 0) {
      inputAt.push(0);
      weightAt.push(kernel[0] * kernel[1] * channels);
    }
    first.push(inputAt.length);
  }
  return {
    inputAt: Int32Array.from(inputAt),
    weightAt: Int32Array.from(weightAt),
    first: Int32Array.from(first),
  };
}

/** The hot loop: three taps of every channel. */
function addThreeTaps(
  input: Int32Array,
  inputAt: Int32Array,
  weights: Float64Array,
  weightAt: Int32Array,
  i: number,
  zero: number,
  acc: Float64Array,
  at: number,
  channels: number,
): void {
  const [x0, x1, x2] = [inputAt[i] ?? 0, inputAt[i + 1] ?? 0, inputAt[i + 2] ?? 0];
  const [w0, w1, w2] = [weightAt[i] ?? 0, weightAt[i + 1] ?? 0, weightAt[i + 2] ?? 0];
  for (let c = 0; c < channels; c++) {
    const a = ((input[x0 + c] ?? 0) - zero) * (weights[w0 + c] ?? 0);
    const b = ((input[x1 + c] ?? 0) - zero) * (weights[w1 + c] ?? 0);
    const d = ((input[x2 + c] ?? 0) - zero) * (weights[w2 + c] ?? 0);
    acc[at + c] = (acc[at + c] ?? 0) + a + b + d;
  }
}

/** Weights as [kernelHeight][kernelWidth][channels]. */
function tapMajor(layer: ConvLayer, channels: number): Float64Array {
  const taps = layer.kernel[0] * layer.kernel[1];
  return Float64Array.from(
    layer.weights,
    (_, i) => layer.weights[(i % channels) * taps + Math.floor(i / channels)] ?? 0,
  );
}

/** As above with looked-up products; padding is code 0, whose product need not be 0. */
function tableTaps(
  { network }: LayerContext,
  window: Window,
  layer: ConvLayer,
  table: readonly number[],
): Accumulate {
  const [height, width, channels] = window.input;
  const [kernelHeight, kernelWidth] = layer.kernel;
  const actBits = tensorOf(network, layer.input, `layer "${layer.name}"`).bits;
  const { products, rows } = tableByWeight(layer, table, actBits);
  const mask = 2 ** actBits - 1;
  const taps = kernelHeight * kernelWidth;
  const addTap = (
    input: Int32Array,
    from: number | undefined,
    tap: number,
    acc: Float64Array,
    at: number,
  ) => {
    for (let channel = 0; channel < channels; channel++) {
      const act = from === undefined ? 0 : (input[from + channel] ?? 0) & mask;
      acc[at + channel] = (acc[at + channel] ?? 0) + (products[(rows[channel * taps + tap] ?? 0) + act] ?? 0);
    }
  };
  return (input, outY, outX, acc) => {
    const y0 = outY * window.stride[0] - window.padding.top;
    const x0 = outX * window.stride[1] - window.padding.left;
    for (let tap = 0; tap < taps; tap++) {
      const y = y0 + Math.floor(tap / kernelWidth);
      const x = x0 + (tap % kernelWidth);
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      addTap(input, inside ? (y * width + x) * channels : undefined, tap, acc, outX * channels);
    }
  };
}
