/** Accumulators of one layer with looked-up products. */
import { depthOf, type ProductLayer } from '../layers.js';

/**
 * Sums of looked-up products, without bias: columns[pixel][ky][kx][channel] of stored codes in, acc[pixel][output channel]
 * out.
 */
export type Accumulate = (columns: Uint8Array, acc: Float64Array) => void;

/** `table` is the layer's product table; sums must stay below 2^31. */
export function prepareAccumulate(of: ProductLayer, table: Int32Array): Accumulate {
  return of.layer.depthwise ? depthwise(of, table) : standard(of, table);
}

/** Four output channels at a time share the activation codes; channels are filled up with copies of the last. */
const TILE = 4;

function standard(of: ProductLayer, table: Int32Array): Accumulate {
  const depth = depthOf(of);
  const channels = of.output[2];
  const pixels = of.output[0] * of.output[1];
  const { weightBits, weightCodes } = of;
  const rows = new Int32Array(depth);
  return (columns, acc) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let k = 0; k < depth; k++) rows[k] = (columns[pixel * depth + k] ?? 0) << weightBits;
      for (let o = 0; o < channels; o += TILE) {
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        const w0 = o * depth;
        const w1 = Math.min(o + 1, channels - 1) * depth;
        const w2 = Math.min(o + 2, channels - 1) * depth;
        const w3 = Math.min(o + 3, channels - 1) * depth;
        for (let k = 0; k < depth; k++) {
          const row = rows[k] ?? 0;
          s0 += table[row | (weightCodes[w0 + k] ?? 0)] ?? 0;
          s1 += table[row | (weightCodes[w1 + k] ?? 0)] ?? 0;
          s2 += table[row | (weightCodes[w2 + k] ?? 0)] ?? 0;
          s3 += table[row | (weightCodes[w3 + k] ?? 0)] ?? 0;
        }
        const at = pixel * channels + o;
        acc[at] = s0;
        if (o + 1 < channels) acc[at + 1] = s1;
        if (o + 2 < channels) acc[at + 2] = s2;
        if (o + 3 < channels) acc[at + 3] = s3;
      }
    }
  };
}

function depthwise(of: ProductLayer, table: Int32Array): Accumulate {
  const { weightBits, layer } = of;
  const channels = of.input[2];
  const taps = layer.kernel[0] * layer.kernel[1];
  const pixels = of.output[0] * of.output[1];
  const weights = Uint8Array.from(
    of.weightCodes,
    (_, i) => of.weightCodes[(i % channels) * taps + Math.floor(i / channels)] ?? 0,
  );
  return (columns, acc) => {
    acc.fill(0);
    let at = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const to = pixel * channels;
      for (let i = 0; i < taps * channels; i += channels) {
        for (let c = 0; c < channels; c++, at++) {
          const product = table[((columns[at] ?? 0) << weightBits) | (weights[i + c] ?? 0)] ?? 0;
          acc[to + c] = (acc[to + c] ?? 0) + product;
        }
      }
    }
  };
}
