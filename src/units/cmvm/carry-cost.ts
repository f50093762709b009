/** Lookup tables that one adder takes: LUT4s on iCE40, LUT4 + 2 x CCU2C on ECP5. */

import type { Adder } from './adder-graph.js';
import { passedBits, type Signs } from './signs.js';

export type Family = 'ice40' | 'ecp5';

/** Widths of an adder's operands and result, and the signs of its terms. */
export interface AdderShape {
  readonly adder: Adder;
  readonly signs: Signs;
  readonly left: number;
  readonly right: number;
  readonly result: number;
}

/** Bits that need an adder cell: the rest are bits of the operand that is not shifted. */
export const chainBits = ({ adder, signs, result }: AdderShape): number =>
  Math.max(0, result - passedBits(adder, signs));

/**
 * ECP5 carry cells come in pairs of bits. Where their number is odd, the top bit of the sum is a lookup table of the operands'
 * signs and the bit below, if it depends on no more than four bits.
 */
export const hasTopLut = (shape: AdderShape): boolean => {
  const { adder, left, right, result } = shape;
  const bits = chainBits(shape);
  const reachesTop = [left + adder.leftShift, right + adder.rightShift].filter((width) => width >= result);
  return bits - 1 > YOSYS_LOGIC_BITS && bits % 2 === 1 && reachesTop.length <= 1;
};

export const ecp5AdderLuts = (shape: AdderShape): number => {
  const bits = chainBits(shape);
  if (bits <= YOSYS_LOGIC_BITS) return LOGIC_LUTS[bits] ?? 0;
  return hasTopLut(shape) ? bits : bits + (bits % 2);
};

/** Yosys makes additions up to this width of lookup tables, not of carry cells; so many LUT4s (measured, 0.70). */
const YOSYS_LOGIC_BITS = 4;
const LOGIC_LUTS = [0, 1, 2, 3, 10] as const;
