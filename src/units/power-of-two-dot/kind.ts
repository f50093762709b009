/** Power of two columns as adder trees: all rows of an activation vector enter in one cycle. */
import { requireInteger } from '../errors.js';
import type { PeKind } from '../mac-array/kind.js';
import { greatestExponent, powerOfTwoCode } from './code.js';
import { powerOfTwoDotCorrection } from './model.js';
import { powerOfTwoDot } from './unit.js';

/** One `powerOfTwoDot` per column, weights 0 and ±2^k in codes of 2 to 5 bits. @throws UnitParameterError */
export const powerOfTwoTree = (codeBits: number): PeKind => {
  requireInteger('powerOfTwoTree', 'codeBits', codeBits, 2, 5);
  return {
    name: `power_of_two_tree_c${codeBits}`,
    weightWidth: codeBits,
    productRange: (actWidth) => {
      const greatest = 1n << BigInt(actWidth - 1 + greatestExponent(codeBits));
      return { lo: -greatest, hi: greatest };
    },
    encode: (weights) =>
      weights.map((weight, row) => powerOfTwoCode(weight, codeBits, `weight of row ${row}`)),
    correction: (weights, actWidth) =>
      powerOfTwoDotCorrection(
        { rows: weights.length, actWidth, codeBits },
        weights.map((weight) => powerOfTwoCode(weight, codeBits)),
      ),
    timing: ({ rows, actWidth }) => ({
      latencyCycles: powerOfTwoDot({ rows, actWidth, codeBits }).latencyCycles,
      rowSkewCycles: 0,
    }),
    columnSums: ({ rows, actWidth, act, weight }) => {
      const { component } = powerOfTwoDot({ rows, actWidth, codeBits });
      return weight.map((codes, column) => ({ sum: component(`dot_${column}`, { act, weight: codes }).sum }));
    },
  };
};
