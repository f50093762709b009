/** Activation or its complement, shifted to the left by a run-time exponent: LUTs alone. */

import { cat, type UInt } from '../../hdl/index.js';

/** (negative ? ~value : value) << Σ exponent_i 2^i, filled with zeros, as wide as the greatest shift makes it. */
export const shiftedField = (value: UInt, negative: UInt, exponent: readonly UInt[]): UInt => {
  const whole = (signal: UInt, width: number): UInt =>
    width === 1 ? signal : cat(signal, ...Array.from({ length: width - 1 }, () => signal));
  let field = value.xor(whole(negative, value.width));
  for (const index of stageOrder(exponent.length)) {
    const bit = exponent[index];
    if (bit !== undefined) field = bit.mux(field.shl(2 ** index), field);
  }
  return field;
};

/** By 1, by 4, then by 2: fewest bits that differ from their neighbours (docs/units/power-of-two-dot.md). */
const stageOrder = (stages: number): readonly number[] =>
  stages === 3 ? [0, 2, 1] : [0, 1].slice(0, stages);
