/** Ternary weights as the list of those that are not 0. */
import { tritCodes } from '../ternary-dot/kind.js';

/** One step of `ternarySkip`: add or subtract activation `index`, or nothing; `last` ends the sum. */
export interface SkipEntry {
  readonly index: number;
  readonly negative: boolean;
  readonly take: boolean;
  readonly last: boolean;
}

/** The steps of one dot product: max(1, weights that are not 0). @throws UnitParameterError that names another weight's row. */
export const skipEntries = (weights: readonly bigint[]): readonly SkipEntry[] => {
  tritCodes(weights);
  const rows = [...weights.keys()].filter((row) => weights[row] !== 0n);
  if (rows.length === 0) return [{ index: 0, negative: false, take: false, last: true }];
  return rows.map((index, step) => ({
    ...{ index, negative: (weights[index] ?? 0n) < 0n },
    ...{ take: true, last: step === rows.length - 1 },
  }));
};

/** What `ternarySkip` gives for the entries of one sum: the exact dot product. */
export const ternarySkipModel = (entries: readonly SkipEntry[], act: readonly bigint[]): bigint =>
  entries.reduce((sum, { index, negative, take }) => {
    const value = act[index] ?? 0n;
    return take ? sum + (negative ? -value : value) : sum;
  }, 0n);
