import { flaggedCode } from '../power-of-two-dot/code.js';
import { powerOfTwoTerm } from '../power-of-two-dot/model.js';
import type { PowerOfTwoChainParams } from './unit.js';

export interface PowerOfTwoChainInputs {
  readonly act: readonly bigint[];
  /** Codes of `powerOfTwoCode` and `flaggedCode`. */
  readonly weight: readonly bigint[];
}

/** What `powerOfTwoChain` puts out for one activation vector. */
export const powerOfTwoChainModel = (
  params: PowerOfTwoChainParams,
  inputs: PowerOfTwoChainInputs,
): bigint => {
  const codeOf = (flagged: bigint): bigint => flaggedCode(flagged, params.codeBits);
  let sum = 0n;
  for (let row = 0; row < params.rows; row++)
    sum += powerOfTwoTerm(inputs.act[row] ?? 0n, codeOf(inputs.weight[row] ?? 0n), params);
  return sum;
};

/** What must be added to the unit's sum to get the exact dot product: a constant of the weights (codes as the unit's). */
export const powerOfTwoChainCorrection = (params: PowerOfTwoChainParams, weight: readonly bigint[]): bigint =>
  -powerOfTwoChainModel(params, { act: [], weight });
