/** What an array adds to its accumulators: a plain integer matrix product. */
import { wrapTo } from '../../num/index.js';
import type { PeKind } from './kind.js';

/** Σ over vectors of act · weights (weights by [row][column]), one total per column, exact. */
export const matrixProduct = (
  weights: readonly (readonly bigint[])[],
  vectors: readonly (readonly bigint[])[],
): readonly bigint[] =>
  (weights[0] ?? []).map((_, column) =>
    vectors.reduce(
      (total, act) =>
        total + act.reduce((sum, value, row) => sum + value * (weights[row]?.[column] ?? 0n), 0n),
      0n,
    ),
  );

/**
 * The accumulators of a weight-stationary `macArray` after `clear` and these vectors: exact less the correction of each column's
 * weights (given per vector), wrapped to accWidth bits.
 */
export const macArrayModel = (
  {
    accWidth = 24,
    actWidth = 8,
    correction,
  }: { readonly accWidth?: number; readonly actWidth?: number; readonly correction: PeKind['correction'] },
  weights: readonly (readonly bigint[])[],
  vectors: readonly (readonly bigint[])[],
): readonly bigint[] =>
  matrixProduct(weights, vectors).map((exact, column) => {
    const short = correction(
      weights.map((row) => row[column] ?? 0n),
      actWidth,
    );
    return wrapTo(exact - BigInt(vectors.length) * short, true, accWidth);
  });
