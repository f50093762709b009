/** The product of an activation and a power of two, as a number that is never negative: LUTs alone. */

import { cat, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';

/** Sign, "is 0" and exponent (least significant first) of a code; `zeroFlag`: as in `PowerOfTwoDotParams`. */
export const partsOf = (code: UInt, zeroFlag: boolean) => ({
  negative: code.bit(code.width - 1),
  zero: zeroFlag ? code.bit(code.width - 2) : code.bit(code.width - 2).not(),
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

/** `value`, or 0 where `zero`, a cycle later: the choice is the register's synchronous reset, which costs no LUT. */
export const zeroable = (m: ModuleBuilder, name: string, value: UInt, zero: UInt): UInt =>
  m.pipe(name, zero.mux(m.constant(uint(value.width), 0), value));

/**
 * value << distance where `shift`. The ends are ANDs: as choices of 0, synthesis would make them resets of the register
 * behind, each with a LUT of its own.
 */
export const shiftedWithin = (m: ModuleBuilder, value: UInt, shift: UInt, distance: number): UInt => {
  const bits = Array.from({ length: value.width + distance }, (_, index) => {
    const stays = index < value.width ? value.bit(index) : undefined;
    const moved = index >= distance ? value.bit(index - distance) : undefined;
    if (stays !== undefined && moved !== undefined) return shift.mux(moved, stays);
    return stays?.and(shift.not()) ?? moved?.and(shift) ?? m.constant(uint(1), 0);
  });
  const [top, ...rest] = bits.toReversed();
  return top === undefined ? value : cat(top, ...rest);
};
