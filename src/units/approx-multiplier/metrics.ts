/** How wrong an approximate multiplier is: figures of its product table. */

import { UnitParameterError } from '../errors.js';
import { operandValues, requireTable, type TableOperands } from './table.js';

/**
 * Error = approximate - exact product; every mean is over the operands' distribution (default: all pairs of codes alike).
 * Definitions and names are those of the Evoapprox library.
 */
export interface ErrorMetrics {
  /** Mean of |error|. */
  readonly meanAbsolute: number;
  /** Greatest |error| of an operand pair that occurs. */
  readonly worstCase: number;
  /** Mean of |error| / |exact|, over pairs with an exact product of 0 divided by 1. */
  readonly meanRelative: number;
  /** Mean error: below 0 where the multiplier gives too little. */
  readonly bias: number;
  /** Mean of error². */
  readonly meanSquared: number;
  /** Share of operand pairs with an error, 0 to 1. */
  readonly errorProbability: number;
}

/** Weights (counts or probabilities, any scale) of the operands: by code of each, or of every pair in the table's order. */
export type OperandDistribution =
  { readonly a: readonly number[]; readonly b: readonly number[] } | { readonly joint: readonly number[] };

/**
 * Figures of a product table (entry code(a) * 2^bWidth + code(b)). @throws UnitParameterError for a table or histogram of the
 * wrong size, an entry that is no integer, a negative weight, or weights that are all 0
 */
export const errorMetrics = (
  operands: TableOperands,
  table: readonly number[],
  distribution?: OperandDistribution,
): ErrorMetrics => {
  requireTable('errorMetrics', operands, table);
  const weightOf = pairWeights(operands, distribution);
  const first = operandValues(operands.aWidth, operands.aSigned);
  const second = operandValues(operands.bWidth, operands.bSigned);
  const sums = { weight: 0, absolute: 0, worst: 0, relative: 0, error: 0, squared: 0, wrong: 0 };
  first.forEach((a, row) => {
    second.forEach((b, column) => {
      const weight = weightOf(row, column);
      if (weight === 0) return;
      const error = (table[row * second.length + column] ?? 0) - a * b;
      const size = Math.abs(error);
      sums.weight += weight;
      sums.absolute += weight * size;
      sums.worst = Math.max(sums.worst, size);
      sums.relative += (weight * size) / Math.max(1, Math.abs(a * b));
      sums.error += weight * error;
      sums.squared += weight * error * error;
      sums.wrong += error === 0 ? 0 : weight;
    });
  });
  return {
    meanAbsolute: sums.absolute / sums.weight,
    worstCase: sums.worst,
    meanRelative: sums.relative / sums.weight,
    bias: sums.error / sums.weight,
    meanSquared: sums.squared / sums.weight,
    errorProbability: sums.wrong / sums.weight,
  };
};

type PairWeight = (aCode: number, bCode: number) => number;

const pairWeights = (
  { aWidth, bWidth }: TableOperands,
  distribution: OperandDistribution | undefined,
): PairWeight => {
  if (distribution === undefined) return () => 1;
  const columns = 2 ** bWidth;
  if ('joint' in distribution) {
    const joint = requireWeights('joint', distribution.joint, 2 ** aWidth * columns);
    return (aCode, bCode) => joint[aCode * columns + bCode] ?? 0;
  }
  const a = requireWeights('a', distribution.a, 2 ** aWidth);
  const b = requireWeights('b', distribution.b, columns);
  return (aCode, bCode) => (a[aCode] ?? 0) * (b[bCode] ?? 0);
};

const requireWeights = (name: string, weights: readonly number[], count: number): readonly number[] => {
  const refuse = (detail: string): never => {
    throw new UnitParameterError('errorMetrics', `distribution.${name}`, detail);
  };
  if (weights.length !== count) refuse(`has ${weights.length} weights; there are ${count} codes`);
  const at = weights.findIndex((weight) => !Number.isFinite(weight) || weight < 0);
  if (at >= 0) refuse(`has weight ${weights[at] ?? 'none'} for code ${at}; weights are numbers from 0 up`);
  if (!weights.some((weight) => weight > 0)) refuse('has no weight above 0');
  return weights;
};
