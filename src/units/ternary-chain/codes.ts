/** How the weights of a ternary chain are coded: two bits each, the signs relative to other rows. */
import { tritCodes } from '../ternary-dot/kind.js';

export type ChainTarget = 'ice40' | 'ecp5';

/**
 * Codes of a column of weights -1, 0, 1, row 0 first; both bits of a row are 0 or 1.
 * ice40: bit 0 = leave the row out; bit 1 = complement the partial sum behind the row, which is where the sign changes between
 * this row and the next one used (behind the last: where it is negative).
 * ecp5: bit 0 = take the row (row 0: leave it out); bit 1 = complement the activation, relative to the sign of row 0, whose own bit
 * 1 says that the whole sum is to be complemented.
 * @throws UnitParameterError that names the row of another weight.
 */
export const ternaryChainCodes = (target: ChainTarget, weights: readonly bigint[]): readonly bigint[] => {
  tritCodes(weights);
  return target === 'ice40' ? turnCodes(weights) : relativeCodes(weights);
};

const code = (low: boolean, high: boolean): bigint => (low ? 1n : 0n) | (high ? 2n : 0n);

const turnCodes = (weights: readonly bigint[]): readonly bigint[] => {
  const codes: bigint[] = [];
  let negativeNext = false;
  for (const weight of weights.toReversed()) {
    const negative: boolean = weight === 0n ? negativeNext : weight < 0n;
    codes.unshift(code(weight === 0n, negative !== negativeNext));
    negativeNext = negative;
  }
  return codes;
};

const relativeCodes = (weights: readonly bigint[]): readonly bigint[] => {
  const negated = (weights[0] ?? 0n) < 0n;
  return weights.map((weight, row) =>
    row === 0 ? code(weight === 0n, negated) : code(weight !== 0n, weight !== 0n && weight < 0n !== negated),
  );
};
