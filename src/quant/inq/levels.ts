/**
 * The level set of INQ (Zhou et al., ICLR 2017, Eq. 2 to 4): P = {0, +-2^n2 .. +-2^n1}. A weight on it is a shift and a sign.
 */
import type { WeightGrid } from '../model/index.js';

export interface Levels {
  /** Exponents of the greatest and the least magnitude. */
  readonly n1: number;
  readonly n2: number;
}

/** How n1 is found: by the greatest magnitude (Eq. 2), or as the one of least squared error (our addition for few bits). */
export const rangeRules = ['max', 'leastSquares'] as const;
export type RangeRule = (typeof rangeRules)[number];

/** 2 .. 5: beyond, the codes +-2^(n1 - n2) leave 16 bits. */
export const inqBits = [2, 3, 4, 5] as const;
export type InqBits = (typeof inqBits)[number];

/** Non-zero magnitudes at `bits` bits: 2^(bits - 2), so that 2^(bits - 1) + 1 levels. Not a power of two: 2^(2^(bits-2)) apart. */
const magnitudeCount = (bits: InqBits): number => 2 ** (bits - 2);

/**
 * n1 = floor(log2(4 s / 3)), s the greatest magnitude (Eq. 2), exact also where 4 s / 3 is a power of two; n2 = n1 + 1 -
 * 2^(bits - 1) / 2 (Eq. 3). `leastSquares` tries n1 and the few below it. Weights that are all 0 have the levels of s = 1.
 */
export function inqLevels(weights: Float32Array, bits: InqBits, rule: RangeRule = 'max'): Levels {
  const byMax = levelsBelow(greatestExponent(greatestMagnitude(weights)), bits);
  if (rule === 'max') return byMax;
  const candidates = [0, 1, 2, 3, 4].map((lower) => levelsBelow(byMax.n1 - lower, bits));
  const errors = candidates.map((levels) => squaredError(weights, levels));
  return candidates[errors.indexOf(Math.min(...errors))] ?? byMax;
}

/** The least level is a scale in files, so it is never below the least normal float32; smaller weights are 0. */
const leastExponent = -126;

const levelsBelow = (n1: number, bits: InqBits): Levels => {
  const n2 = Math.max(leastExponent, n1 + 1 - magnitudeCount(bits));
  return { n1: n2 - 1 + magnitudeCount(bits), n2 };
};

function greatestMagnitude(weights: Float32Array): number {
  let greatest = 0;
  for (const weight of weights) greatest = Math.max(greatest, Math.abs(weight));
  return greatest > 0 ? greatest : 1;
}

/** The greatest n with 3 * 2^n <= 4 s; the logarithm alone may be off by one at a power of two. */
function greatestExponent(s: number): number {
  const near = Math.floor(Math.log2((4 * s) / 3));
  return [near + 1, near, near - 1].find((n) => 3 * 2 ** n <= 4 * s) ?? near - 1;
}

function squaredError(weights: Float32Array, levels: Levels): number {
  let sum = 0;
  for (const weight of weights) sum += (weight - nearestLevel(weight, levels)) ** 2;
  return sum;
}

/**
 * Eq. 4: beta * sign(w) where (alpha + beta) / 2 <= |w| < 3 beta / 2 for neighbours alpha < beta of P, else 0. Midpoints so
 * go up. Magnitudes of 1.5 * 2^n1 and more, which Eq. 4 would send to 0, are clamped to 2^n1: n1 stays as it was at the
 * start while the weights still move.
 */
export function nearestLevel(weight: number, levels: Levels): number {
  const exponent = levelExponent(weight, levels);
  return exponent === undefined ? 0 : Math.sign(weight) * 2 ** exponent;
}

/** Exponent of the nearest level; undefined: 0. The comparisons are exact: weight and thresholds are short binary fractions. */
function levelExponent(weight: number, { n1, n2 }: Levels): number | undefined {
  const magnitude = Math.abs(weight);
  for (let exponent = n1; exponent > n2; exponent--) {
    if (magnitude >= 0.75 * 2 ** exponent) return exponent;
  }
  return magnitude >= 0.5 * 2 ** n2 ? n2 : undefined;
}

/** Every value of P, ascending. */
export function levelValues({ n1, n2 }: Levels): readonly number[] {
  const magnitudes = Array.from({ length: n1 - n2 + 1 }, (_, i) => 2 ** (n2 + i));
  return [...magnitudes.map((magnitude) => -magnitude).reverse(), 0, ...magnitudes];
}

/** Codes +-2^(e - n2) and 0, one scale 2^n2, as wide as +-2^(n1 - n2) needs in two's complement. */
export function levelGrid(weights: Float32Array, levels: Levels): WeightGrid {
  const { n1, n2 } = levels;
  const codes = Int16Array.from(weights, (weight) => nearestLevel(weight, levels) / 2 ** n2);
  return { codes, scales: Float32Array.of(2 ** n2), bits: n1 - n2 + 2, format: 'powerOfTwo' };
}

/** How many weights lie on each level: `zero`, and by exponent. */
export function exponentHistogram(weights: Float32Array, levels: Levels): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { zero: 0 };
  for (let exponent = levels.n2; exponent <= levels.n1; exponent++) counts[String(exponent)] = 0;
  for (const weight of weights) {
    const level = String(levelExponent(weight, levels) ?? 'zero');
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}
