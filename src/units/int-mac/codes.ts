/** Integer weights as the arrays store them. */
import { typeRange } from '../../num/index.js';
import { UnitParameterError } from '../errors.js';

/** Two's complement codes of `width` bits. @throws UnitParameterError that names the row of a weight outside of the width. */
export const intCodes = (weights: readonly bigint[], width: number): readonly bigint[] => {
  const { lo, hi } = typeRange(true, width);
  return weights.map((weight, row) => {
    if (weight < lo || weight > hi)
      throw new UnitParameterError(
        'integer weights',
        `weight of row ${row}`,
        `must be ${lo} to ${hi} (${width} bits), not ${weight}`,
      );
    return BigInt.asUintN(width, weight);
  });
};
