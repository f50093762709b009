/** How the weights of a ternary chain are coded: two bits each, the signs relative to other rows. */
import { tritCodes } from '../ternary-dot/kind.js';

/**
 * Codes of a column of weights -1, 0, 1, row 0 first. Bit 0 = leave the row out; bit 1 = complement the partial sum behind the
 * row, which is where the sign changes between this row and the next one used (behind the last: where that is negative).
 * @throws UnitParameterError that names the row of another weight.
 */
export const ternaryChainCodes = (weights: readonly bigint[]): readonly bigint[] => {
  tritCodes(weights);
  const codes: bigint[] = [];
  let negativeNext = false;
  for (const weight of weights.toReversed()) {
    const negative: boolean = weight === 0n ? negativeNext : weight < 0n;
    codes.unshift((weight === 0n ? 1n : 0n) | (negative !== negativeNext ? 2n : 0n));
    negativeNext = negative;
  }
  return codes;
};
