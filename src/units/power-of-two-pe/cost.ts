/** LUTs and registers of `powerOfTwoPe` from its parameters, within a tenth of synthesis (test/power-of-two.test.ts). */
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { exactPeWidth, type PowerOfTwoPeParams } from './unit.js';

/** Every shift is a LUT per bit of its result, the last one complements too; then an adder with a place for the carry in. */
export const powerOfTwoPeCost = (params: PowerOfTwoPeParams, family: 'ice40' | 'ecp5'): UnitCost => {
  const { actWidth, codeBits } = params;
  const width = params.resultWidth ?? exactPeWidth(params);
  const shifts = Array.from({ length: codeBits - 2 }, (_, index) => actWidth + 2 ** (index + 1) - 1);
  const shiftLuts = codeBits === 2 ? actWidth : shifts.reduce((a, b) => a + b, 0);
  const adder = family === 'ice40' ? width : 2 * Math.ceil((width + 1) / 2);
  return { luts: shiftLuts + adder, registers: width };
};
