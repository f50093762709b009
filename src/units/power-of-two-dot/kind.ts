/** Power of two columns as adder trees: all rows of an activation vector enter in one cycle. */
import { requireInteger } from '../errors.js';
import type { PeKind } from '../mac-array/kind.js';
import { flaggedCode, greatestExponent, powerOfTwoCode } from './code.js';
import { powerOfTwoDotCorrection } from './model.js';
import { powerOfTwoDot } from './unit.js';

/** Codes as arrays store them, with "is 0" in place of "is not 0". @throws UnitParameterError that names the row */
export const flaggedCodes = (weights: readonly bigint[], codeBits: number): readonly bigint[] =>
  weights.map((weight, row) =>
    flaggedCode(powerOfTwoCode(weight, codeBits, `weight of row ${row}`), codeBits),
  );

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
    encode: (weights) => flaggedCodes(weights, codeBits),
    correction: (weights, actWidth) =>
      powerOfTwoDotCorrection(
        { rows: weights.length, actWidth, codeBits, zeroFlag: true },
        flaggedCodes(weights, codeBits),
      ),
    timing: ({ rows, actWidth }) => ({
      latencyCycles: powerOfTwoDot({ rows, actWidth, codeBits, zeroFlag: true }).latencyCycles,
      rowSkewCycles: 0,
    }),
    columnSums: ({ rows, actWidth, act, weight }) => {
      const { component } = powerOfTwoDot({ rows, actWidth, codeBits, zeroFlag: true });
      return weight.map((codes, column) => ({ sum: component(`dot_${column}`, { act, weight: codes }).sum }));
    },
  };
};
