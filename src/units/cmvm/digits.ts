/** Signed binary digits of integers: as few non-zero ones as possible. */

import type { Random } from '../../num/index.js';

/** Non-zero digits as bit masks: the value is `plus - minus`; the masks do not overlap. */
export interface Digits {
  readonly plus: number;
  readonly minus: number;
}

/** Largest magnitude whose digits fit 31-bit masks. */
export const MAX_WEIGHT = 2 ** 29;

/** Canonical signed digits of an integer, |value| <= `MAX_WEIGHT`: no two neighbours are non-zero. */
export const canonicalDigits = (value: number): Digits => {
  const magnitude = Math.abs(value);
  // Binary addition of the value to half of itself marks where the digits are (Reitwiesner 1960).
  const half = magnitude >>> 1;
  const sum = magnitude + half;
  const plus = sum & ~half;
  const minus = half & ~sum;
  return value < 0 ? { plus: minus, minus: plus } : { plus, minus };
};

/**
 * Another way to write the same integer with as few digits: each `+0-` (4 - 1) may as well be `0++` (2 + 1), and each
 * `-0+` `0--`. Sharing finds more in some mixtures than in the canonical form.
 */
export const randomDigits = (value: number, random: Random): Digits => {
  let { plus, minus } = canonicalDigits(value);
  for (let low = 0; low < 29; low++) {
    const [one, two, four] = [1 << low, 2 << low, 4 << low];
    if (((plus | minus) & two) !== 0) continue;
    const up = (plus & four) !== 0 && (minus & one) !== 0;
    const down = (minus & four) !== 0 && (plus & one) !== 0;
    if (!(up || down) || random.chance(0.5)) continue;
    plus = up ? (plus & ~four) | two | one : plus & ~one;
    minus = down ? (minus & ~four) | two | one : minus & ~one;
  }
  return { plus, minus };
};

/** Number of non-zero digits. */
export const digitCount = ({ plus, minus }: Digits): number => popCount(plus | minus);

export const popCount = (bits: number): number => {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const quads = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((quads + (quads >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};
