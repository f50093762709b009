import { multiplyGemmlowp, roundShift } from '../num/index.js';
import type { AddLayer, Requantize } from './ir.js';

const clamp = (value: number, lo: number, hi: number): number => Math.min(hi, Math.max(lo, value));

/** One accumulator value of one channel to one output value: the definition, exact while |acc * M + addend| < 2^53. */
export function requantizeValue(acc: number, channel: number, r: Requantize): number {
  const multiplier = r.multiplier[channel] ?? 0;
  const shift = r.shift[channel] ?? 0;
  const scaled =
    r.rounding === 'gemmlowp'
      ? multiplyGemmlowp(acc, multiplier, shift)
      : roundShift(acc * multiplier + (r.addend[channel] ?? 0), shift, r.rounding);
  return clamp(scaled + r.zeroPoint, r.lo, r.hi);
}

/** One element of a residual add; `a` and `b` are without their zero points. */
export function addValue(a: number, b: number, layer: AddLayer): number {
  const sum = a * layer.multiplierA + b * layer.multiplierB;
  return clamp(roundShift(sum, layer.shift, layer.rounding) + layer.zeroPoint, layer.lo, layer.hi);
}

/** Requantizes a row of accumulators, channels innermost, into `out` from `outOffset` on. */
export type RowRequantizer = (acc: Float64Array, count: number, out: Int32Array, outOffset: number) => void;

/**
 * A Requantize prepared for many rows. `halfUp` is floor((acc * M + addend + 2^(s-1)) / 2^s); adding the half first is
 * exact where the sum stays below 2^53, and the quotient fits 32 bits, which `greatestAcc` (a bound on |acc|) decides.
 */
export function prepareRequantize(r: Requantize, greatestAcc: number): RowRequantizer {
  const multiplier = Float64Array.from(r.multiplier);
  const addend = Float64Array.from(r.addend, (a, c) => a + halfOf(r.shift[c] ?? 0));
  const factor = Float64Array.from(r.shift, (s) => 2 ** -s);
  const fits = addend.every((a, c) => {
    const sum = greatestAcc * Math.abs(multiplier[c] ?? 0) + Math.abs(a);
    return sum < 2 ** 53 && sum * (factor[c] ?? 0) < 2 ** 30;
  });
  if (r.rounding !== 'halfUp' || !fits || r.hi - r.lo >= 2 ** 30) return byDefinition(r);
  return halfUpRows(multiplier, addend, factor, r);
}

/** The clamp works on bits: comparing would mispredict about every second value behind a ReLU. */
function halfUpRows(
  multiplier: Float64Array,
  addend: Float64Array,
  factor: Float64Array,
  { lo, hi, zeroPoint }: Requantize,
): RowRequantizer {
  const channels = multiplier.length;
  const low = lo - zeroPoint;
  const range = hi - lo;
  return (acc, count, out, outOffset) => {
    for (let row = 0; row < count; row += channels) {
      for (let c = 0; c < channels; c++) {
        const sum = (acc[row + c] ?? 0) * (multiplier[c] ?? 0) + (addend[c] ?? 0);
        const above = (Math.floor(sum * (factor[c] ?? 0)) | 0) - low;
        const atLeastLow = above & ~(above >> 31);
        const beyond = atLeastLow - range;
        out[outOffset + row + c] = hi + (beyond & (beyond >> 31));
      }
    }
  };
}

const halfOf = (shift: number): number => (shift === 0 ? 0 : 2 ** (shift - 1));

function byDefinition(r: Requantize): RowRequantizer {
  const channels = r.multiplier.length;
  return (acc, count, out, outOffset) => {
    for (let i = 0; i < count; i++) out[outOffset + i] = requantizeValue(acc[i] ?? 0, i % channels, r);
  };
}

/** No requantization: the accumulator is the output. */
export const copyRow: RowRequantizer = (acc, count, out, outOffset) => {
  for (let i = 0; i < count; i++) out[outOffset + i] = acc[i] ?? 0;
};
