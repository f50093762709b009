import { approxMultiplierModel } from '../approx-multiplier/model.js';
import { magnitudeMultiplier, type SignMagnitudeDotParams } from './unit.js';

export interface SignMagnitudeDotInputs {
  readonly act: readonly bigint[];
  readonly magnitude: readonly bigint[];
  /** 0 or 1. */
  readonly negative: readonly bigint[];
}

/** What `signMagnitudeDot` puts out, `latencyCycles` after its inputs: products, those of negative weights complemented. */
export const signMagnitudeDotModel = (
  params: SignMagnitudeDotParams,
  { act, magnitude, negative }: SignMagnitudeDotInputs,
): bigint => {
  const multiplier = magnitudeMultiplier(params);
  let sum = 0n;
  for (let i = 0; i < params.products; i++) {
    const product = approxMultiplierModel(multiplier, { a: act[i] ?? 0n, b: magnitude[i] ?? 0n });
    sum += negative[i] === 1n ? -product - 1n : product;
  }
  return sum;
};
