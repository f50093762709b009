/** LUTs and registers of `intMac` from its parameters (test/int-costs.test.ts holds them to synthesis). */
import { digitCount } from '../recoded-dot/digits.js';
import { joinRows, recodeLuts, rowLuts, termBits, type DigitCost } from '../recoded-dot/cost.js';
import { recodedWidth } from '../recoded-dot/planes.js';
import { intMacShape, type IntMacParams } from './parameters.js';

/** DSP cells, of which every implementation but `lut` has one, and their registers are not counted. */
export const intMacCost = (params: IntMacParams, target: 'ice40' | 'ecp5'): DigitCost => {
  const { implementation, accWidth, actWidth, weightWidth, actSigned, weightSigned } = intMacShape(params);
  if (implementation === 'sbMac16') return { luts: 0, registers: 1 };
  if (implementation === 'mult18x18d') return { luts: rowLuts(accWidth, target), registers: accWidth + 2 };
  const act = actWidth + Number(!actSigned);
  const weight = weightWidth + Number(!weightSigned);
  const digits = digitCount(weight);
  const joins = joinRows(digits, act + 1, act + weight);
  const terms = termBits(act, weight);
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const carries = digits * (1 + Math.ceil(Math.log2(digits)));
  return {
    // A carry into a row takes a position of its own in ECP5's cells; each digit also says whether it is negative.
    luts:
      terms +
      recodeLuts(weight) +
      digits +
      total(joins.adders.map((width) => rowLuts(width + Number(target === 'ecp5'), target))) +
      rowLuts(accWidth + Number(target === 'ecp5'), target),
    registers: act + recodedWidth(weight) + terms + total(joins.registers) + carries + accWidth + digits,
  };
};
