import type { AddLayer, AvgPoolLayer, MaxPoolLayer } from '../ir.js';
import { tensorOf } from '../ranges.js';
import { addValue, prepareRequantize } from '../requantize.js';
import {
  greatestInput,
  insideTaps,
  windowOf,
  type LayerContext,
  type LayerKernel,
  type Window,
} from './kernel.js';

/** Sums of x - zx over the window; padding contributes 0. */
export function prepareAvgPool(context: LayerContext, layer: AvgPoolLayer): LayerKernel {
  const window = windowOf(context, layer);
  const [outHeight, outWidth, channels] = window.output;
  const taps = layer.kernel[0] * layer.kernel[1];
  const requantize = prepareRequantize(layer.requantize, taps * greatestInput(context, layer.input));
  const acc = new Float64Array(channels);
  return ([input], output) => {
    if (input === undefined) return;
    for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
      acc.fill(0);
      forEachTap(window, pixel, (from) => {
        for (let c = 0; c < channels; c++) acc[c] = (acc[c] ?? 0) + (input[from + c] ?? 0) - window.inputZero;
      });
      requantize(acc, channels, output, pixel * channels);
    }
  };
}

/** Greatest value of the window's taps that lie inside the picture. */
export function prepareMaxPool(context: LayerContext, layer: MaxPoolLayer): LayerKernel {
  const window = windowOf(context, layer);
  const [outHeight, outWidth, channels] = window.output;
  return ([input], output) => {
    if (input === undefined) return;
    for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
      const at = pixel * channels;
      output.fill(-(2 ** 31), at, at + channels);
      forEachTap(window, pixel, (from) => {
        for (let c = 0; c < channels; c++)
          output[at + c] = Math.max(output[at + c] ?? 0, input[from + c] ?? 0);
      });
    }
  };
}

/** Calls `visit` with the index of channel 0 of every tap inside the picture. */
function forEachTap(w: Window, pixel: number, visit: (from: number) => void): void {
  const [height, width, channels] = w.input;
  const y0 = Math.floor(pixel / w.output[1]) * w.stride[0] - w.padding.top;
  const x0 = (pixel % w.output[1]) * w.stride[1] - w.padding.left;
  const [firstY, endY] = insideTaps(y0, w.kernel[0], height);
  const [firstX, endX] = insideTaps(x0, w.kernel[1], width);
  for (let ky = firstY; ky < endY; ky++) {
    for (let kx = firstX; kx < endX; kx++) visit(((y0 + ky) * width + x0 + kx) * channels);
  }
}

export function prepareAdd({ network }: LayerContext, layer: AddLayer): LayerKernel {
  const [zeroA, zeroB] = layer.inputs.map(
    (name) => tensorOf(network, name, `layer "${layer.name}"`).zeroPoint,
  );
  return ([a, b], output) => {
    if (a === undefined || b === undefined) return;
    for (let i = 0; i < output.length; i++) {
      output[i] = addValue((a[i] ?? 0) - (zeroA ?? 0), (b[i] ?? 0) - (zeroB ?? 0), layer);
    }
  };
}
