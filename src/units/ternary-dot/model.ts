import type { TernaryDotParams } from './unit.js';

export interface TernaryDotInputs {
  readonly act: readonly bigint[];
  /** Codes: 0 = 0, 1 = +1, 3 = -1; code 2 counts as 0. */
  readonly weight: readonly bigint[];
}

/** What `ternaryDot` puts out, `latencyCycles` after its inputs. */
export const ternaryDotModel = ({ rows }: TernaryDotParams, { act, weight }: TernaryDotInputs): bigint => {
  let sum = 0n;
  for (let row = 0; row < rows; row++) {
    const value = act[row] ?? 0n;
    if (weight[row] === 1n) sum += value;
    if (weight[row] === 3n) sum += -value - 1n;
  }
  return sum;
};

/** What must be added to the unit's sum to get the exact dot product: the number of -1 weights (codes as the unit's). */
export const ternaryDotCorrection = (weight: readonly bigint[]): bigint =>
  BigInt(weight.filter((code) => code === 3n).length);
