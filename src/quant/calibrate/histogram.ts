/** Magnitudes of many values in bounded memory, for choosing a grid. */
import { roundHalfEven } from '../../num/index.js';

/**
 * Bins of `width`, a power of two; the greatest magnitude lies in the upper half of them. Zeros are not counted: every grid
 * represents them exactly.
 */
export interface Histogram {
  readonly width: number;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly total: number;
  readonly greatest: number;
  /** Some value was below 0. */
  readonly negative: boolean;
}

export interface HistogramBuilder {
  /** @returns false when a value is not finite; then none of the array is to be trusted */
  add(values: Float32Array): boolean;
  /** What was added so far: the bins do not depend on the order of the values. */
  read(): Histogram;
}

const bins = 8192;

/** An empty histogram; the bins widen by powers of two as greater values come. */
export const createHistogram = (): HistogramBuilder => {
  let width = 2 ** -149; // the least float32
  let [counts, sums, squares] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  let total = 0;
  let greatest = 0;
  let negative = false;

  const widenTo = (size: number): void => {
    let times = 0;
    while (size >= bins * width) {
      width *= 2;
      times++;
    }
    counts = folded(counts, times);
    sums = folded(sums, times);
    squares = folded(squares, times);
  };
  const add = (values: Float32Array): boolean => {
    for (const value of values) {
      const size = Math.abs(value);
      if (!(size < Infinity)) return false;
      if (size === 0) continue;
      if (value < 0) negative = true;
      total++;
      if (size > greatest) greatest = size;
      if (size >= bins * width) widenTo(size);
      const bin = Math.floor(size / width);
      counts[bin] = (counts[bin] ?? 0) + 1;
      sums[bin] = (sums[bin] ?? 0) + size;
      squares[bin] = (squares[bin] ?? 0) + size * size;
    }
    return true;
  };
  const read = (): Histogram => ({
    width,
    counts: counts.slice(),
    sums: sums.slice(),
    squares: squares.slice(),
    total,
    greatest,
    negative,
  });
  return { add, read };
};

/** Bins 2^times as wide. */
const folded = (from: Float64Array, times: number): Float64Array<ArrayBuffer> => {
  const to = new Float64Array(bins);
  from.forEach((value, bin) => {
    if (value !== 0) {
      const wide = Math.floor(bin / 2 ** times);
      to[wide] = (to[wide] ?? 0) + value;
    }
  });
  return to;
};

/** The least bin border that `percent` percent of the values other than 0 do not exceed, at most the greatest magnitude. */
export const percentileOf = (histogram: Histogram, percent: number): number => {
  let left = (histogram.total * percent) / 100;
  for (const [bin, count] of histogram.counts.entries()) {
    left -= count;
    if (left <= 0) return Math.min((bin + 1) * histogram.width, histogram.greatest);
  }
  return histogram.greatest;
};

/**
 * Sum of squared errors of magnitudes rounded to scale * (0 .. levels). Exact for a bin within one rounding interval; a bin
 * across a border is rounded as its mean, so the sum is never too small.
 */
export const squaredError = (histogram: Histogram, scale: number, levels: number): number => {
  const { counts, sums, squares } = histogram;
  let error = 0;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const sum = sums[bin] ?? 0;
    const value = scale * Math.min(levels, roundHalfEven(sum / count / scale));
    error += (squares[bin] ?? 0) - 2 * value * sum + count * value * value;
  }
  return error;
};
