/** The rows of adder cells that make one sum, for either family. */

import { cat, component, sint, uint, type SInt, type UInt } from '../../hdl/index.js';

/** `fixedSign * fixed + movedSign * moved * 2^distance`, kept to `width` bits. */
export interface SumForm {
  readonly fixedSign: 1 | -1;
  readonly movedSign: 1 | -1;
  readonly distance: number;
  readonly width: number;
  /** How the operands come and the result is stored on iCE40; undefined: all as they are (ECP5). */
  readonly inverted?: { readonly fixed: boolean; readonly moved: boolean; readonly result: boolean };
  /** ECP5: the top bit is a lookup table beside the carry chain. */
  readonly hasTopLut: boolean;
}

/** The bits of a sum. */
export const sumBits = (fixed: SInt, moved: SInt, form: SumForm): UInt => {
  const { inverted, fixedSign, distance, width } = form;
  if (inverted === undefined) return plainSum(fixed, moved, form);
  const isOneMore = fixedSign > 0 ? inverted.moved : inverted.fixed;
  const make = fixedSign > 0 ? withLowBits : withoutLowBits;
  const bits = make(fixed, moved, distance, isOneMore, width);
  // What the carry chain gives by itself is inverted when its positive term is.
  const isInverted = fixedSign > 0 ? inverted.fixed : inverted.moved;
  return isInverted === inverted.result ? bits : bits.not();
};

/** Terms may cancel so far that only low bits are left, all of the term that is not shifted. */
export const readsOneTerm = ({ fixedSign, distance, width }: SumForm): boolean =>
  fixedSign > 0 && width <= distance;

/** Modules of sums whose boundaries synthesis should keep have names that begin so. */
export const sumModulePrefix = 'cmvm_sum_';

/** The same as a module of its own: without a register between, Yosys would merge adders into carry-save trees. */
export const sumModule = (fixedWidth: number, movedWidth: number, form: SumForm) => {
  const { fixedSign, movedSign, distance, width, inverted, hasTopLut } = form;
  const flags = [fixedSign < 0, movedSign < 0, hasTopLut]
    .concat(inverted === undefined ? [] : [inverted.fixed, inverted.moved, inverted.result])
    .map(Number)
    .join('');
  return component(
    `${sumModulePrefix}${fixedWidth}_${movedWidth}_${distance}_${width}_${flags}`,
    { in: { fixed: sint(fixedWidth), moved: sint(movedWidth) }, out: { sum: uint(width) } },
    ({ fixed, moved }) => ({ sum: sumBits(fixed, moved, form) }),
  );
};

/** Both terms as they are; the low bits are those of `a` unless it is subtracted. */
const plainSum = (a: SInt, b: SInt, { fixedSign, movedSign, distance, width, hasTopLut }: SumForm): UInt => {
  const rowOf = hasTopLut ? rowWithTopLut : row;
  if (fixedSign < 0) return rowOf(b.shl(distance), a, true, width);
  if (width <= distance) return a.wrap(width).asUint();
  const high = rowOf(a.shr(distance), b, movedSign < 0, width - distance);
  return distance === 0 ? high : cat(high, a.wrap(distance));
};

const row = (a: SInt, b: SInt, subtract: boolean, width: number): UInt =>
  (subtract ? a.sub(b) : a.add(b)).wrap(width).asUint();

/**
 * All but the top bit on the carry chain. Where the operands' bits below the top are equal they are the carry into the top,
 * else that carry is the inverse of the sum's bit there.
 */
const rowWithTopLut = (a: SInt, b: SInt, subtract: boolean, width: number): UInt => {
  const low = row(a, b, subtract, width - 1);
  const at = (place: number) => {
    const [bitA, bitB] = [extendedBit(a, place), extendedBit(b, place)];
    return { a: bitA, b: subtract ? bitB.not() : bitB };
  };
  const [top, below] = [at(width - 1), at(width - 2)];
  const carry = below.a.xor(below.b).mux(low.bit(width - 2).not(), below.a);
  return cat(top.a.xor(top.b).xor(carry), low);
};

const extendedBit = (value: SInt, place: number): UInt => value.bit(Math.min(place, value.width - 1));

/** a + (b + isOneMore) * 2^distance: the low bits are those of a. */
const withLowBits = (a: SInt, b: SInt, distance: number, isOneMore: boolean, width: number): UInt => {
  if (width <= distance) return a.wrap(width).asUint();
  const sum = a.shr(distance).add(b);
  const high = (isOneMore ? sum.add(1) : sum).wrap(width - distance).asUint();
  return distance === 0 ? high : cat(high, a.wrap(distance));
};

/** a + b * 2^distance + 1, or with ones below b instead of that carry. */
const withoutLowBits = (a: SInt, b: SInt, distance: number, isOneMore: boolean, width: number): UInt => {
  const low = isOneMore ? 1 : 2 ** distance - 1;
  return a.add(b.shl(distance)).add(low).wrap(width).asUint();
};
