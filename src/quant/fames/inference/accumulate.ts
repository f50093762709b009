/** Accumulators of depthwise layers with looked-up products: every channel has its own weights, so it is no matrix product. */
import type { ProductLayer } from '../layers.js';

/**
 * Sums of looked-up products, without bias, for the first `pixels` output pixels: columns[pixel][ky][kx][channel] of stored
 * codes in, acc[pixel][channel] out.
 */
export type Accumulate = (columns: Uint8Array, pixels: number, acc: Int32Array) => void;

/** `table` is the layer's product table; sums must stay below 2^31. */
export function prepareDepthwise(of: ProductLayer, table: Int32Array): Accumulate {
  const { weightCodes, layer, actBits, weightBits } = of;
  const channels = of.input[2];
  const taps = layer.kernel[0] * layer.kernel[1];
  const codes = 2 ** actBits;
  /** The products of each tap's and channel's weight, by activation code. */
  const products = new Int32Array(taps * channels * codes);
  for (let at = 0; at < taps * channels; at++) {
    const weight = weightCodes[(at % channels) * taps + Math.floor(at / channels)] ?? 0;
    for (let code = 0; code < codes; code++) {
      products[at * codes + code] = table[(code << weightBits) | weight] ?? 0;
    }
  }
  return (columns, pixels, acc) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = pixel * taps * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let at = c; at < taps * channels; at += channels) {
          sum += products[(at << actBits) | (columns[from + at] ?? 0)] ?? 0;
        }
        acc[pixel * channels + c] = sum;
      }
    }
  };
}
