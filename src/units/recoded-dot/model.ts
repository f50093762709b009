import { recodedCorrection } from './digits.js';
import type { RecodedDotParams } from './unit.js';

export interface RecodedDotInputs {
  readonly act: readonly bigint[];
  readonly weight: readonly bigint[];
}

/** What `recodedDot` puts out: the exact dot product less the correction of its weights. */
export const recodedDotModel = (params: RecodedDotParams, inputs: RecodedDotInputs): bigint => {
  let sum = 0n;
  for (let i = 0; i < params.products; i++) sum += (inputs.act[i] ?? 0n) * (inputs.weight[i] ?? 0n);
  return sum - recodedDotCorrection(inputs.weight, params.weightWidth);
};

/** What must be added to the unit's sum to get the exact dot product. */
export const recodedDotCorrection = (weight: readonly bigint[], weightWidth: number): bigint =>
  weight.reduce((sum, value) => sum + recodedCorrection(value, weightWidth), 0n);
