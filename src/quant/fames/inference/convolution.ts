/** One convolution with looked-up products: codes gathered, summed, corrected, requantized, some pictures at a time. */
import { elementCount, prepareRequantize, type RowRequantizer } from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import { exactProducts } from '../catalogue.js';
import { depthOf, prepareGather, type ProductLayer } from '../layers.js';
import type { Place } from './places.js';

/** What a layer computes instead of its own products. */
export interface Substitution {
  /** Default: the layer's own products. */
  readonly table?: ArrayLike<number>;
  /** Per output channel, a factor of the sum of products. Default 1. */
  readonly gain?: ArrayLike<number>;
  /** Per output channel, added to the accumulator beside the layer's bias. */
  readonly bias?: ArrayLike<number>;
}

/**
 * Called for every picture of a convolution that runs: the codes it multiplies, columns[pixel][ky][kx][channel], and its
 * sums of products, [pixel][output channel], without bias. Do not keep either.
 */
export type Visit = (layer: ProductLayer, columns: Uint8Array, picture: number, sums: Int32Array) => void;

export interface Convolution {
  /** Computes `count` pictures of the output tensor from the input tensor. */
  run(input: Int32Array, output: Int32Array, count: number, visit?: Visit): void;
  /** Undefined: its own products again. @throws QuantError QT503 */
  substitute(substitution: Substitution | undefined): void;
}

/** Pictures that are multiplied at a time: their codes stay in the cache. */
export const CHUNK = 16;

export function createConvolution(of: ProductLayer, place: Place): Convolution {
  const own = of.layer.product === 'exact' ? exactProducts(of) : of.layer.product.table;
  const gather = prepareGather(of);
  const [inputSize, outputSize] = [elementCount(of.input), elementCount(of.output)];
  const columnSize = of.output[0] * of.output[1] * depthOf(of);
  const acc = new Float64Array(CHUNK * outputSize);
  let prepared = prepare(of, place, { table: own });
  return {
    substitute: (substitution) => {
      prepared = prepare(of, place, { table: own, ...substitution });
    },
    run: (input, output, count, visit) => {
      for (let first = 0; first < count; first += CHUNK) {
        const pictures = Math.min(CHUNK, count - first);
        const columns = place.columns();
        for (let i = 0; i < pictures; i++) gather(input, (first + i) * inputSize, columns, i * columnSize);
        const sums = prepared.accumulate(pictures);
        for (let i = 0; visit !== undefined && i < pictures; i++) {
          const codes = columns.subarray(i * columnSize, (i + 1) * columnSize);
          visit(of, codes, first + i, sums.subarray(i * outputSize, (i + 1) * outputSize));
        }
        prepared.correct(sums, pictures * outputSize, acc);
        prepared.requantize(acc, pictures * outputSize, output, first * outputSize);
      }
    },
  };
}

interface Prepared {
  readonly accumulate: (pictures: number) => Int32Array;
  /** acc = gain * sums + bias, for so many values. */
  readonly correct: (sums: Int32Array, count: number, acc: Float64Array) => void;
  readonly requantize: RowRequantizer;
}

function prepare(
  of: ProductLayer,
  place: Place,
  { table, gain, bias }: Substitution & { readonly table: ArrayLike<number> },
): Prepared {
  const { layer } = of;
  checkTable(of, table);
  const gains = Float64Array.from(layer.bias, (_, channel) => gain?.[channel] ?? 1);
  const biases = Float64Array.from(layer.bias, (own, channel) => own + (bias?.[channel] ?? 0));
  const product = Array.from(table).reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const sums = (product * layer.weights.length) / of.output[2];
  const greatest = sums * Math.max(1, ...gains.map(Math.abs)) + Math.max(...biases.map(Math.abs));
  if (greatest >= 2 ** 31) {
    throw new QuantError(
      'QT503',
      `layer "${of.name}" could sum looked-up products to ${greatest}, beyond 32 bits. Use a table of smaller products.`,
    );
  }
  return {
    accumulate: place.prepare(Int32Array.from(table)),
    correct: corrector(gains, biases),
    requantize: layer.requantize === undefined ? copy : prepareRequantize(layer.requantize, greatest),
  };
}

function checkTable(of: ProductLayer, table: ArrayLike<number>): void {
  const needed = 2 ** (of.actBits + of.weightBits);
  if (table.length === needed) return;
  throw new QuantError(
    'QT503',
    `layer "${of.name}" needs a table of ${needed} products (${of.actBits} by ${of.weightBits} bits), not ${table.length}.`,
  );
}

const corrector =
  (gains: Float64Array, biases: Float64Array): Prepared['correct'] =>
  (sums, count, acc) => {
    const channels = gains.length;
    for (let at = 0; at < count; at += channels) {
      for (let c = 0; c < channels; c++)
        acc[at + c] = (sums[at + c] ?? 0) * (gains[c] ?? 0) + (biases[c] ?? 0);
    }
  };

/** No requantization: the accumulator is the output. */
const copy: RowRequantizer = (acc, count, out, outOffset) => {
  for (let i = 0; i < count; i++) out[outOffset + i] = acc[i] ?? 0;
};
