import { approxMultiplierModel } from '../approx-multiplier/model.js';
import { multiplierOf } from './product.js';
import type { TableDotParams } from './unit.js';

export interface TableDotInputs {
  readonly act: readonly bigint[];
  readonly weight: readonly bigint[];
}

/** What `tableDot` puts out, `latencyCycles` after its inputs: the sum of the approximate products. */
export const tableDotModel = (params: TableDotParams, { act, weight }: TableDotInputs): bigint => {
  const multiplier = multiplierOf(params);
  let sum = 0n;
  for (let i = 0; i < params.products; i++)
    sum += approxMultiplierModel(multiplier, { a: act[i] ?? 0n, b: weight[i] ?? 0n });
  return sum;
};
