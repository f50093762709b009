/** How the weights of a fused tree are coded: two bits each, the signs relative to other rows. */
import { tritCodes } from '../ternary-dot/kind.js';

/** The row whose sign row `row` > 0 is relative to: the first row of the subtree that its own subtree is added to. */
export const referenceRow = (row: number): number => row & (row - 1);

/**
 * Codes of a column of weights -1, 0, 1, row 0 first. Bit 0: odd rows = take the row, even rows = leave it out. Bit 1: row 0 = the
 * whole sum is negative; another = the sum of the rows that start here is to be complemented, since its first row's sign differs
 * from that of `referenceRow`. A weight of 0 counts as positive.
 * @throws UnitParameterError that names the row of another weight.
 */
export const ternaryFusedTreeCodes = (weights: readonly bigint[]): readonly bigint[] => {
  tritCodes(weights);
  const negative = (row: number): boolean => (weights[row] ?? 0n) < 0n;
  return weights.map((weight, row) => {
    const flag = row % 2 === 1 ? weight !== 0n : weight === 0n;
    const complement = row === 0 ? negative(0) : negative(row) !== negative(referenceRow(row));
    return (flag ? 1n : 0n) | (complement ? 2n : 0n);
  });
};
