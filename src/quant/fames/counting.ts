/** Counting matrices: how often each pair of codes meets in an output. Shapes are those of product tables. */
import { depthOf, pairsOf, type ProductLayer } from './layers.js';

/** Entries of a layer's product table. */
export const tableLength = ({ actBits, weightBits }: ProductLayer): number => 2 ** (actBits + weightBits);

/**
 * C_o: entry [activation code][weight code] is how many products of output `channel` at `pixel` have these operands. With
 * products `table` in place of exact ones, the accumulator changes by exactly <C_o, table - exact>.
 */
export function countingMatrix(
  of: ProductLayer,
  columns: Uint8Array,
  pixel: number,
  channel: number,
): Int32Array {
  const counts = new Int32Array(tableLength(of));
  const from = pixel * depthOf(of);
  for (const [column, weight] of pairsOf(of, channel)) {
    const entry = ((columns[from + column] ?? 0) << of.weightBits) | (of.weightCodes[weight] ?? 0);
    counts[entry] = (counts[entry] ?? 0) + 1;
  }
  return counts;
}

/**
 * Adds one picture's dLoss/dTable = sum over outputs of gradient[pixel][channel] * scale[channel] * C to `target`: scale
 * turns a step of the accumulator into the unit that the gradient is by.
 */
export type AddTableGradient = (columns: Uint8Array, gradient: Float64Array, target: Float64Array) => void;

/** `gradient` is already times the scales. */
export function prepareTableGradient(of: ProductLayer): AddTableGradient {
  if (of.layer.depthwise) return depthwiseGradient(of);
  return of.output[0] * of.output[1] > 2 ** of.actBits ? groupedGradient(of) : directGradient(of);
}

function depthwiseGradient(of: ProductLayer): AddTableGradient {
  const { weightBits, weightCodes, layer, input } = of;
  const channels = input[2];
  const taps = layer.kernel[0] * layer.kernel[1];
  const pixels = of.output[0] * of.output[1];
  return (columns, gradient, target) => {
    let at = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let tap = 0; tap < taps; tap++) {
        for (let c = 0; c < channels; c++, at++) {
          const entry = ((columns[at] ?? 0) << weightBits) | (weightCodes[c * taps + tap] ?? 0);
          target[entry] = (target[entry] ?? 0) + (gradient[pixel * channels + c] ?? 0);
        }
      }
    }
  };
}

/** Weight codes as [column][output channel]. */
function columnMajorWeights(of: ProductLayer): Uint8Array {
  const depth = depthOf(of);
  const channels = of.output[2];
  return Uint8Array.from(
    of.weightCodes,
    (_, i) => of.weightCodes[(i % channels) * depth + Math.floor(i / channels)] ?? 0,
  );
}

/** Few pixels: every pair of codes on its own. */
function directGradient(of: ProductLayer): AddTableGradient {
  const depth = depthOf(of);
  const channels = of.output[2];
  const pixels = of.output[0] * of.output[1];
  const weights = columnMajorWeights(of);
  return (columns, gradient, target) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let k = 0; k < depth; k++) {
        const row = (columns[pixel * depth + k] ?? 0) << of.weightBits;
        addByWeight(weights, k * channels, gradient, pixel * channels, channels, target, row);
      }
    }
  };
}

/** Many pixels: gradients of equal activation codes are added up first, then sorted by weight code once per column. */
function groupedGradient(of: ProductLayer): AddTableGradient {
  const depth = depthOf(of);
  const channels = of.output[2];
  const pixels = of.output[0] * of.output[1];
  const weights = columnMajorWeights(of);
  const codes = 2 ** of.actBits;
  const sums = new Float64Array(codes * channels);
  return (columns, gradient, target) => {
    for (let k = 0; k < depth; k++) {
      sums.fill(0);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const to = (columns[pixel * depth + k] ?? 0) * channels;
        const from = pixel * channels;
        for (let o = 0; o < channels; o++) sums[to + o] = (sums[to + o] ?? 0) + (gradient[from + o] ?? 0);
      }
      for (let code = 0; code < codes; code++) {
        addByWeight(weights, k * channels, sums, code * channels, channels, target, code << of.weightBits);
      }
    }
  };
}

/** target[row + weight code] += values, over the output channels. */
function addByWeight(
  weights: Uint8Array,
  weightsAt: number,
  values: Float64Array,
  valuesAt: number,
  channels: number,
  target: Float64Array,
  row: number,
): void {
  for (let o = 0; o < channels; o++) {
    const entry = row | (weights[weightsAt + o] ?? 0);
    target[entry] = (target[entry] ?? 0) + (values[valuesAt + o] ?? 0);
  }
}
