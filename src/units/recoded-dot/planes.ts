/** Hardware of products from base-4 digits (digits.ts): recoding a weight, choosing terms, joining digit positions. */

import { cat, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { digitCount } from './digits.js';

/** How a digit chooses its term: of ~act, 0, act, 2 act by two bits, or (last position) ± act, ± 2 act, if there is `some`. */
export type Choice =
  | { readonly one: UInt; readonly high: UInt }
  | { readonly complement: UInt; readonly some: UInt }
  | { readonly two: UInt; readonly complement: UInt; readonly some: UInt };

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
    return { complement: sign, some: carry === undefined ? sign : sign.xor(carry) };
  }
  const bit = weight.bit(low);
  if (carry === undefined) return { two: bit.not(), complement: sign, some: sign.or(bit) };
  return { two: bit.eq(carry), complement: sign, some: bit.xor(carry).or(sign.xor(bit)) };
};

/** Bits of a recoded weight. */
export const recodedWidth = (weightWidth: number): number => weightWidth + 1;

/** The choices as one pattern, two bits a digit (three for the last where the weight's width is even), low digit first. */
export const packChoices = (choices: readonly Choice[]): UInt => {
  const bits = choices.flatMap((choice) => {
    if ('high' in choice) return [choice.one, choice.high];
    return [choice.complement, choice.some, ...('two' in choice ? [choice.two] : [])];
  });
  const [top, ...rest] = bits.toReversed();
  if (top === undefined) throw new RangeError('a weight has at least one digit');
  return cat(top, ...rest);
};

/** What `packChoices` packed. */
export const unpackChoices = (code: UInt, weightWidth: number): readonly Choice[] => {
  const last = digitCount(weightWidth) - 1;
  const choices: Choice[] = Array.from({ length: last }, (_, digit) => ({
    one: code.bit(2 * digit),
    high: code.bit(2 * digit + 1),
  }));
  const sign = { complement: code.bit(2 * last), some: code.bit(2 * last + 1) };
  return [...choices, weightWidth % 2 === 1 ? sign : { ...sign, two: code.bit(2 * last + 2) }];
};

/**
 * digit * act, one less where the digit is negative. In front of a register the last digit's 0 becomes a synchronous reset:
 * what is left to choose among ± act and ± 2 act is one LUT4 a bit, as for the other digits.
 */
export const termOf = (act: SInt, choice: Choice): SInt => {
  const twice = act.shl(1);
  if ('high' in choice) return choice.high.mux(choice.one.mux(act.not(), twice), choice.one.mux(act, 0));
  return choice.some.mux(signedTerm(act, choice), 0);
};

const signedTerm = (act: SInt, choice: Exclude<Choice, { readonly high: UInt }>): SInt => {
  const magnitude = 'two' in choice ? choice.two.mux(act.shl(1), act) : act;
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
