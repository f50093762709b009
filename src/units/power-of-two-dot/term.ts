/** The product of an activation and a power of two, as a number that is never negative: LUTs alone. */

import { cat, type SInt, type UInt } from '../../hdl/index.js';

/** Sign, not zero and exponent (least significant first) of a code. */
export const partsOf = (code: UInt) => ({
  negative: code.bit(code.width - 1),
  nonzero: code.bit(code.width - 2),
  exponent: Array.from({ length: code.width - 2 }, (_, index) => code.bit(index)),
});

/** act + 2^(width - 1), its highest bit inverted; where `negative`, the complement of that. */
export const signedFromZero = (act: SInt, negative: UInt): UInt => {
  const top = act.bit(act.width - 1).not();
  const value = act.width === 1 ? top : cat(top, act.bits(act.width - 2, 0));
  return negative.mux(value.not(), value);
};

/** The order in which exponent bits shift: by 1, by 4, then by 2 needs the fewest LUTs (docs/units/power-of-two-dot.md). */
export const stageOrder = (exponentBits: number): readonly number[] =>
  exponentBits === 3 ? [0, 2, 1] : Array.from({ length: exponentBits }, (_, index) => index);

/** value << Σ exponent_i 2^i over the given bits `order` of the exponent, as wide as the greatest shift makes it. */
export const shiftedBy = (value: UInt, exponent: readonly UInt[], order: readonly number[]): UInt =>
  order.reduce((field, index) => exponent[index]?.mux(field.shl(2 ** index), field) ?? field, value);
