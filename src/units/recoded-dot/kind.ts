/** Integer columns from LUTs and carry chains: one `digitDot` per column, weights recoded where they enter the column. */
import { intCodes } from '../int-mac/codes.js';
import { requireInteger } from '../errors.js';
import type { PeKind } from '../mac-array/kind.js';
import { recodedProductRange } from './digits.js';
import { recodedDotCorrection } from './model.js';
import { digitDot, recodeWeight } from './unit.js';

/** Signed weights of 2 to 16 bits; sums are short by `recodedDotCorrection`. @throws UnitParameterError */
export const recodedTree = (weightWidth: number): PeKind => {
  requireInteger('recodedTree', 'weightWidth', weightWidth, 2, 16);
  const dot = (products: number, actWidth: number) => digitDot({ products, actWidth, weightWidth });
  return {
    name: `recoded_tree${weightWidth}`,
    weightWidth,
    productRange: (actWidth) => recodedProductRange(actWidth, weightWidth),
    encode: (weights) => intCodes(weights, weightWidth),
    store: (code) => recodeWeight(code.asSint()),
    correction: (weights) => recodedDotCorrection(weights, weightWidth),
    timing: ({ rows, actWidth }) => ({
      latencyCycles: dot(rows, actWidth).latencyCycles,
      rowSkewCycles: 0,
    }),
    columnSums: ({ rows, actWidth, act, weight }) => {
      const { component } = dot(rows, actWidth);
      return weight.map((digits, column) => ({ sum: component(`dot_${column}`, { act, digits }).sum }));
    },
  };
};
