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

function exactTaps(window: Window, layer: ConvLayer): Accumulate {
  const [height, width, channels] = window.input;
  const [kernelHeight, kernelWidth] = window.kernel;
  const zero = window.inputZero;
  const weights = tapMajor(layer, channels);
  return (input, y0, x0, acc, column) => {
    const at = column * channels;
    const [firstY, endY] = insideTaps(y0, kernelHeight, height);
    const [firstX, endX] = insideTaps(x0, kernelWidth, width);
    for (let ky = firstY; ky < endY; ky++) {
      for (let kx = firstX; kx < endX; kx++) {
        const from = ((y0 + ky) * width + x0 + kx) * channels;
        const tap = (ky * kernelWidth + kx) * channels;
        for (let c = 0; c < channels; c++) {
          const product = ((input[from + c] ?? 0) - zero) * (weights[tap + c] ?? 0);
          acc[at + c] = (acc[at + c] ?? 0) + product;
        }
      }
    }
  };
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
