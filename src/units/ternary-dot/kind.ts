/** Ternary columns as adder trees: all rows of an activation vector enter in one cycle. */
import { UnitParameterError } from '../errors.js';
import type { PeKind } from '../mac-array/kind.js';
import { ternaryDotCorrection } from './model.js';
import { ternaryDot } from './unit.js';

/** Codes of `ternaryDot`: 0 = 0, 1 = +1, 3 = -1. @throws UnitParameterError that names the row of another weight. */
export const tritCodes = (weights: readonly bigint[]): readonly bigint[] =>
  weights.map((weight, row) => {
    if (weight < -1n || weight > 1n)
      throw new UnitParameterError('ternary', `weight of row ${row}`, `must be -1, 0 or 1, not ${weight}`);
    return BigInt.asUintN(2, weight);
  });

/** One `ternaryDot` per column. */
export const ternaryTree: PeKind = {
  name: 'ternary_tree',
  weightWidth: 2,
  productRange: (actWidth) => {
    const greatest = 1n << BigInt(actWidth - 1);
    return { lo: -greatest, hi: greatest };
  },
  encode: tritCodes,
  correction: (weights) => ternaryDotCorrection(tritCodes(weights)),
  timing: ({ rows, actWidth }) => ({
    latencyCycles: ternaryDot({ rows, actWidth }).latencyCycles,
    rowSkewCycles: 0,
  }),
  columnSums: ({ rows, actWidth, act, weight }) => {
    const { component } = ternaryDot({ rows, actWidth });
    return weight.map((codes, column) => ({ sum: component(`dot_${column}`, { act, weight: codes }).sum }));
  },
};
