/** LUTs and registers of `powerOfTwoChain` from its parameters, within a tenth of synthesis (test/power-of-two.test.ts). */
import { unsignedWidth } from '../../num/index.js';
import { greatestExponent } from '../power-of-two-dot/code.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { greatestTerm } from '../power-of-two-dot/model.js';
import type { PowerOfTwoChainParams } from './unit.js';

/**
 * ECP5, LUT4 + 2 CCU2C. A row: a LUT per bit of every shift but the last (the ends of the second but for the outermost two), and
 * a row of carry cells; row 0 has LUTs where two sources of its last shift meet in place of the carry cells.
 */
export const powerOfTwoChainCost = (params: PowerOfTwoChainParams): UnitCost => {
  const { rows, actWidth, codeBits } = params;
  const shifts = Array.from({ length: codeBits - 3 }, (_, index) => actWidth + 2 ** (index + 1) - 1);
  const field = shifts.at(-1) ?? actWidth;
  const shiftLuts = codeBits === 3 ? actWidth : shifts.reduce((a, b) => a + b, 0);
  const last = greatestExponent(codeBits) - (field - actWidth);
  const widths = Array.from({ length: rows }, (_, row) =>
    unsignedWidth(BigInt(row + 1) * greatestTerm(params)),
  );
  const rowLuts = widths.slice(1).reduce((sum, width) => sum + 2 * Math.ceil(width / 2), 0);
  return {
    luts: rows * shiftLuts + Math.max(0, field - last) + rowLuts,
    registers: rows * field + widths.reduce((a, b) => a + b, 0),
  };
};
