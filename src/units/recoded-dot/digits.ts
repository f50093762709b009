/**
 * Weights as digits of base 4. All digits but the last are -1, 0, 1 or 2, so that one LUT4 a bit chooses among ~act, 0, act
 * and 2 act; the last takes what is left, -2 to 2. Negative digits are ones' complements.
 */

import { typeRange, type Range } from '../../num/index.js';

export interface Digit {
  readonly value: bigint;
  /** The digit's term is a complement: 1 too small, which makes 4^position in the product. */
  readonly complement: boolean;
}

export const digitCount = (weightWidth: number): number => Math.ceil(weightWidth / 2);

/** Least significant first. */
export const digitsOf = (weight: bigint, weightWidth: number): readonly Digit[] => {
  const digits: Digit[] = [];
  let rest = weight;
  for (let position = 0; position < digitCount(weightWidth) - 1; position++) {
    const low = rest & 3n;
    const value = low === 3n ? -1n : low;
    digits.push({ value, complement: value < 0n });
    rest = (rest - value) >> 2n;
  }
  return [...digits, { value: rest, complement: rest < 0n }];
};

/** What must be added to act * weight as the unit computes it: a constant of the weight. */
export const recodedCorrection = (weight: bigint, weightWidth: number): bigint =>
  digitsOf(weight, weightWidth).reduce(
    (sum, { complement }, position) => sum + (complement ? 1n << BigInt(2 * position) : 0n),
    0n,
  );

/** Range of act * weight - correction over all activations and weights. */
export const recodedProductRange = (actWidth: number, weightWidth: number): Range => {
  const act = typeRange(true, actWidth);
  const weights = typeRange(true, weightWidth);
  let [lo, hi] = [0n, 0n];
  for (let weight = weights.lo; weight <= weights.hi; weight++) {
    const correction = recodedCorrection(weight, weightWidth);
    for (const end of [act.lo * weight - correction, act.hi * weight - correction]) {
      if (end < lo) lo = end;
      if (end > hi) hi = end;
    }
  }
  return { lo, hi };
};
