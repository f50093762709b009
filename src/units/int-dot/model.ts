import type { IntDotParams } from './unit.js';

export interface IntDotInputs {
  readonly act: readonly bigint[];
  readonly weight: readonly bigint[];
}

/** What `intDot` puts out, `latencyCycles` after its inputs: the exact dot product. */
export const intDotModel = ({ products }: IntDotParams, { act, weight }: IntDotInputs): bigint => {
  let sum = 0n;
  for (let i = 0; i < products; i++) sum += (act[i] ?? 0n) * (weight[i] ?? 0n);
  return sum;
};
