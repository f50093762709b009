/** Hardware of products from base-4 digits (digits.ts): recoding a weight, choosing terms, joining digit positions. */

import type { ModuleBuilder, SInt, UInt } from '../../hdl/index.js';
import { digitCount } from './digits.js';

/** How a digit chooses its term: of ~act, 0, act, 2 act by two bits, or (last position) ± one, two times act or 0. */
export type Choice =
  | { readonly one: UInt; readonly high: UInt }
  | { readonly one: UInt; readonly complement: UInt }
  | { readonly one: UInt; readonly two: UInt; readonly complement: UInt };

/** The choices of a weight's digits, least significant first. */
export const recode = (weight: SInt): readonly Choice[] => {
  const choices: Choice[] = [];
  let carry: UInt | undefined;
  const last = 2 * (digitCount(weight.width) - 1);
  for (let low = 0; low < last; low += 2) {
    const [bit0, bit1] = [weight.bit(low), weight.bit(low + 1)];
    choices.push(
      carry === undefined
        ? { one: bit0, high: bit1 }
        : { one: bit0.xor(carry), high: bit1.xor(bit0.and(carry)) },
    );
    carry = bit1.and(carry === undefined ? bit0 : bit0.or(carry));
  }
  return [...choices, lastChoice(weight, last, carry)];
};

/** -2 sign + bit + carry, or -sign + carry where the weight's width is odd. */
const lastChoice = (weight: SInt, low: number, carry: UInt | undefined): Choice => {
  const sign = weight.bit(weight.width - 1);
  if (low === weight.width - 1) {
    return { one: carry === undefined ? sign : sign.xor(carry), complement: sign };
  }
  const bit = weight.bit(low);
  if (carry === undefined) return { one: bit, two: sign.and(bit.not()), complement: sign };
  return { one: bit.xor(carry), two: bit.eq(carry).and(sign.xor(bit)), complement: sign };
};

/** digit * act, one less where the digit complements. */
export const termOf = (act: SInt, choice: Choice): SInt => {
  const twice = act.shl(1);
  if ('high' in choice) return choice.high.mux(choice.one.mux(act.not(), twice), choice.one.mux(act, 0));
  const magnitude = choice.one.mux(act, 'two' in choice ? choice.two.mux(twice, 0) : 0);
  return choice.complement.mux(magnitude.not(), magnitude);
};

/**
 * Σ plane * 4^position, two at a time, a register after each addition (`NAME_SHIFT_INDEX`); neighbours are `shift` bits
 * apart. One plane alone leaves as it came.
 */
export const joinPlanes = (m: ModuleBuilder, name: string, planes: readonly SInt[], shift = 2): SInt => {
  const [first] = planes;
  if (first === undefined) throw new RangeError('a weight has at least one digit');
  if (planes.length === 1) return first;
  const joined: SInt[] = [];
  for (let i = 0; i < planes.length; i += 2) {
    const [low, high] = [planes[i], planes[i + 1]];
    if (low !== undefined) joined.push(high === undefined ? low : low.add(high.shl(shift)));
  }
  return joinPlanes(m, name, m.pipe(`${name}_${shift}`, joined), 2 * shift);
};
