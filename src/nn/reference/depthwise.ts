import type { ConvLayer } from '../ir.js';
import { tableIndex, tensorOf } from '../ranges.js';
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
      for (let x = 0; x < outWidth; x++) {
        accumulate(
          input,
          y * window.stride[0] - window.padding.top,
          x * window.stride[1] - window.padding.left,
          acc,
          x,
        );
      }
      requantize(acc, outWidth * channels, output, y * outWidth * channels);
    }
  };
}

/** Adds all taps of the window whose corner is (y0, x0) to the accumulators of output column `column`. */
type Accumulate = (input: Int32Array, y0: number, x0: number, acc: Float64Array, column: number) => void;

/** Taps added per pass over the channels; a window's last pass is filled up with taps of weight 0. */
const TAPS_PER_PASS = 3;

function exactTaps(window: Window, layer: ConvLayer): Accumulate {
  const [height, width, channels] = window.input;
  const [kernelHeight, kernelWidth] = window.kernel;
  const zeroTap = kernelHeight * kernelWidth * channels;
  const weights = new Float64Array(zeroTap + channels);
  weights.set(tapMajor(layer, channels));
  const inputAt = new Int32Array(kernelHeight * kernelWidth + TAPS_PER_PASS);
  const weightAt = new Int32Array(inputAt.length);
  return (input, y0, x0, acc, column) => {
    const [firstY, endY] = insideTaps(y0, kernelHeight, height);
    const [firstX, endX] = insideTaps(x0, kernelWidth, width);
    let count = 0;
    for (let ky = firstY; ky < endY; ky++) {
      for (let kx = firstX; kx < endX; kx++) {
        inputAt[count] = ((y0 + ky) * width + x0 + kx) * channels;
        weightAt[count++] = (ky * kernelWidth + kx) * channels;
      }
    }
    inputAt.fill(inputAt[0] ?? 0, count);
    weightAt.fill(zeroTap, count);
    for (let i = 0; i < count; i += TAPS_PER_PASS) {
      addThreeTaps(input, inputAt, weights, weightAt, i, window.inputZero, acc, column * channels, channels);
    }
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
  const actBits = tensorOf(network, layer.input, `layer "${layer.name}"`).bits;
  const taps = layer.kernel[0] * layer.kernel[1];
  return (input, y0, x0, acc, column) => {
    for (let i = 0; i < taps * channels; i++) {
      const channel = i % channels;
      const tap = Math.floor(i / channels);
      const y = y0 + Math.floor(tap / layer.kernel[1]);
      const x = x0 + (tap % layer.kernel[1]);
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      const act = inside ? (input[(y * width + x) * channels + channel] ?? 0) : 0;
      const weight = layer.weights[channel * taps + tap] ?? 0;
      const at = column * channels + channel;
      acc[at] = (acc[at] ?? 0) + (table[tableIndex(act, weight, actBits, layer.weightBits)] ?? 0);
    }
  };
}
