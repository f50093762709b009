/**
 * Symmetric uniform grids of b bits for one matrix of numbers: x -> scale * clamp(round(x / scale), -q, q - 1), q = 2^(b-1),
 * which is two's complement. The scale is the best, by squared error, of a linear search around max|x| ("tensor mse-minmax
 * symmetric" of the authors' code): scale = 2 m / (2 q - 1), m = 0.2 .. 1.2 max|x|.
 */
import { roundHalfEven } from '../../num/index.js';

/** Candidate scales of the search; all of them 0 where every value is 0. */
export function scaleCandidates(values: Float64Array, bits: number, points: number): Float64Array {
  let greatest = 0;
  for (const value of values) greatest = Math.max(greatest, Math.abs(value));
  const unit = (2 * greatest) / (2 ** bits - 1);
  return Float64Array.from({ length: points }, (_, i) => unit * (0.2 + (i / Math.max(1, points - 1)) * 1.0));
}

/**
 * The candidate of least squared error; 1 where every value is 0. Exactly the full search, but cheap: the error of a candidate
 * follows from how many values, and what prefix sum, lie below each boundary between two codes; and from the greatest
 * candidate downwards, the search ends where the clipped values alone err more than the best so far.
 */
export function bestScale(values: Float64Array, bits: number, points: number): number {
  const sorted = sortedValues(values);
  const q = 2 ** (bits - 1);
  let [best, least] = [1, Infinity];
  for (const scale of scaleCandidates(values, bits, points).reverse()) {
    if (!(scale > 0) || clippedError(sorted, scale, q) >= least) break;
    const error = squaredError(sorted, scale, q);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

interface SortedValues {
  readonly count: number;
  /** How many values are less than a bound. */
  readonly below: (bound: number) => number;
  /** sums[i], squares[i]: of the i least values. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function sortedValues(values: Float64Array): SortedValues {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const [sums, squares] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  for (let i = 0; i < count; i++) {
    const value = sorted[i] ?? 0;
    sums[i + 1] = (sums[i] ?? 0) + value;
    squares[i + 1] = (squares[i] ?? 0) + value * value;
  }
  return { count, below: countBelow(sorted), sums, squares };
}

/** Sum of (x - scale * code)^2, through sum x^2, sum code * x and sum code^2. */
function squaredError({ count, below, sums, squares }: SortedValues, scale: number, q: number): number {
  let codeTimesValue = (q - 1) * (sums[count] ?? 0);
  let codeSquared = (q - 1) ** 2 * count;
  for (let code = -q; code < q - 1; code++) {
    const lower = below((code + 0.5) * scale);
    codeTimesValue -= sums[lower] ?? 0;
    codeSquared -= (2 * code + 1) * lower;
  }
  return (squares[count] ?? 0) + scale * (scale * codeSquared - 2 * codeTimesValue);
}

/** The part of that beyond the least and the greatest code; it only grows as the scale shrinks. */
function clippedError({ count, below, sums, squares }: SortedValues, scale: number, q: number): number {
  const [lo, hi] = [-q * scale, (q - 1) * scale];
  const [under, upTo] = [below(lo), below(hi)];
  const low = (squares[under] ?? 0) - 2 * lo * (sums[under] ?? 0) + lo * lo * under;
  const sum = (sums[count] ?? 0) - (sums[upTo] ?? 0);
  const square = (squares[count] ?? 0) - (squares[upTo] ?? 0);
  return low + square - 2 * hi * sum + hi * hi * (count - upTo);
}

/** A table of as many equal buckets as values says where to look, halving finds the place. */
function countBelow(sorted: Float64Array): (bound: number) => number {
  const n = sorted.length;
  const [least, greatest] = [sorted[0] ?? 0, sorted[n - 1] ?? 0];
  const perUnit = greatest > least ? n / (greatest - least) : 0;
  const bucketOf = (value: number): number => Math.floor((value - least) * perUnit);
  const firstOf = new Int32Array(n + 2).fill(n);
  for (let i = n - 1; i >= 0; i--) firstOf[bucketOf(sorted[i] ?? 0)] = i;
  for (let b = n; b >= 0; b--) firstOf[b] = Math.min(firstOf[b] ?? n, firstOf[b + 1] ?? n);
  return (bound) => {
    if (bound <= least) return 0;
    if (bound > greatest) return n;
    const bucket = bucketOf(bound);
    let [low, high] = [firstOf[bucket] ?? n, firstOf[bucket + 1] ?? n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Code of one value; ties to even. */
export function codeOf(value: number, scale: number, q: number): number {
  return Math.min(q - 1, Math.max(-q, roundHalfEven(value / scale)));
}

/** Values on the grid, written into `out`. */
export function onGrid(values: Float64Array, scale: number, bits: number, out: Float64Array): void {
  const q = 2 ** (bits - 1);
  for (let i = 0; i < values.length; i++) out[i] = scale * codeOf(values[i] ?? 0, scale, q);
}

export function codesOf(values: Float64Array, scale: number, bits: number): Int16Array {
  const q = 2 ** (bits - 1);
  return Int16Array.from(values, (value) => codeOf(value, scale, q));
}
