/** The requantizer's shifter: keeps no more bits than the result can still need, and remembers whether the others mattered. */

import type { ModuleBuilder, SInt, UInt } from '../../hdl/index.js';

export interface Shifting {
  readonly value: SInt;
  readonly shift: UInt;
}

export interface ShiftOptions {
  readonly shiftMin: number;
  /** Bits of `shift` that each register stage handles, high first. */
  readonly stages: readonly (readonly number[])[];
  /** Find out exact ties. */
  readonly ties: boolean;
  readonly resultWidth: number;
}

export interface Shifted {
  /** The low `resultWidth` bits, or fewer where those hold every result. */
  readonly value: SInt;
  /** The whole result's sign, and whether it equals `value`; undefined: it always does. */
  readonly overflow?: { readonly fits: UInt; readonly sign: UInt };
  /** 1 when the shift was not 0 and everything shifted out was 0: after the rounding half, an exact tie. */
  readonly tie?: UInt;
}

/** What goes from stage to stage. */
interface State {
  readonly value: SInt;
  readonly tie?: UInt;
  readonly overflow?: { readonly fits: UInt; readonly sign: UInt };
}

/** value >> (shiftMin + shift), a register after each stage. */
export const barrelShift = (m: ModuleBuilder, { value, shift }: Shifting, options: ShiftOptions): Shifted => {
  const { shiftMin, stages, ties, resultWidth } = options;
  let amount = shift;
  let state: State = { value: value.shr(shiftMin) };
  if (ties) state = { ...state, tie: shiftMin === 0 ? shift.ne(0) : value.bits(shiftMin - 1, 0).eq(0) };
  stages.forEach((levels, stage) => {
    const name = `shifted_${stage + 1}`;
    for (const level of levels) state = shiftLevel(state, amount.bit(level), 2 ** level, resultWidth);
    state = registered(m, name, state);
    const left = Math.min(...levels);
    if (left > 0) amount = m.pipe(`${name}_shift`, amount.bits(left - 1, 0));
  });
  return state;
};

const registered = (m: ModuleBuilder, name: string, { value, tie, overflow }: State): State => ({
  value: m.pipe(name, value),
  ...(tie === undefined ? {} : { tie: m.pipe(`${name}_tie`, tie) }),
  ...(overflow === undefined ? {} : { overflow: m.pipe(name, overflow) }),
});

/**
 * value >> distance where `choose`. The levels after this one shift by less than `distance` in all, so that only
 * resultWidth + distance - 1 bits can still reach the result; the others must equal the sign, or the result does not fit.
 */
const shiftLevel = (state: State, choose: UInt, distance: number, resultWidth: number): State => {
  const { value } = state;
  const lost = value.bits(Math.min(distance, value.width) - 1, 0);
  const tie = state.tie?.and(choose.not().or(lost.eq(0)));
  const width = resultWidth + distance - 1;
  const shifted = choose.mux(value.shr(distance), value);
  const next = value.width <= width ? shifted : shifted.wrap(width);
  const overflow = value.width <= width ? state.overflow : narrowed(state, choose, distance, width);
  return {
    value: next,
    ...(tie === undefined ? {} : { tie }),
    ...(overflow === undefined ? {} : { overflow }),
  };
};

/** Bits from width - 1 + distance up never matter; those below, from width - 1 up, do not where the value is shifted. */
const narrowed = (
  { value, overflow }: State,
  choose: UInt,
  distance: number,
  width: number,
): NonNullable<State['overflow']> => {
  const top = value.width - 1;
  const middle = Math.min(top, width - 1 + distance);
  const lowBitsEqual = choose.or(allEqual(value.bits(middle, width - 1)));
  const fits = middle === top ? lowBitsEqual : allEqual(value.bits(top, middle)).and(lowBitsEqual);
  return overflow === undefined
    ? { fits, sign: value.bit(top) }
    : { fits: overflow.fits.and(fits), sign: overflow.sign };
};

/** All bits 0 or all bits 1: nothing but copies of the sign. */
const allEqual = (bits: UInt): UInt => bits.eq(0).or(bits.eq((1n << BigInt(bits.width)) - 1n));
