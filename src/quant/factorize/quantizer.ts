/**
 * Symmetric uniform grids of b bits for one matrix of numbers: x -> scale * clamp(round(x / scale), -q, q - 1), q = 2^(b-1),
 * which is two's complement. The scale is the best, by squared error, of a linear search around max|x| ("tensor mse-minmax
 * symmetric" of the authors' code): scale = 2 m / (2 q - 1), m = 0.2 .. 1.2 max|x|.
 */
import { roundHalfEven } from '../../num/index.js';

export const leastBits = 2;
export const mostBits = 12;

/** Candidate scales of the search; all of them 0 where every value is 0. */
export function scaleCandidates(values: Float64Array, bits: number, points: number): Float64Array {
  let greatest = 0;
  for (const value of values) greatest = Math.max(greatest, Math.abs(value));
  const unit = (2 * greatest) / (2 ** bits - 1);
  return Float64Array.from({ length: points }, (_, i) => unit * (0.2 + (i / Math.max(1, points - 1)) * 1.0));
}

/**
 * The candidate of least squared error; 1 where every value is 0. Exactly the full search, but each candidate costs its
 * number of codes instead of the number of values: with the values sorted, sum c x and sum c^2 over all values follow from
 * how many values, and what prefix sum, lie below each boundary between two codes.
 */
export function bestScale(values: Float64Array, bits: number, points: number): number {
  const sorted = Float64Array.from(values).sort();
  const index = boundaryIndex(sorted);
  const sums = prefixSums(sorted);
  const [q, n] = [2 ** (bits - 1), sorted.length];
  let [best, least] = [1, Infinity];
  for (const scale of scaleCandidates(values, bits, points)) {
    if (!(scale > 0)) continue;
    let codeTimesValue = (q - 1) * (sums[n] ?? 0);
    let codeSquared = (q - 1) ** 2 * n;
    for (let code = -q; code < q - 1; code++) {
      const below = index((code + 0.5) * scale);
      codeTimesValue -= sums[below] ?? 0;
      codeSquared -= (2 * code + 1) * below;
    }
    // The squared error without the candidate-independent sum of x^2.
    const error = scale * (scale * codeSquared - 2 * codeTimesValue);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

/** sums[i] = sum of the first i values. */
function prefixSums(sorted: Float64Array): Float64Array {
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = (sums[i] ?? 0) + (sorted[i] ?? 0);
  return sums;
}

/** How many sorted values lie below a bound: a table of equal buckets says where to start, a few steps find it. */
function boundaryIndex(sorted: Float64Array): (bound: number) => number {
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
    let i = firstOf[bucketOf(bound)] ?? n;
    while ((sorted[i] ?? Infinity) < bound) i++;
    return i;
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
