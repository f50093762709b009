/** Multipliers by leading ones: Mitchell's logarithms, their iteration, and dynamic range (DRUM), in hardware. */

import { cat, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { unsignedWidth } from '../../num/index.js';

/** a with only its leading one; 0 for 0. */
const leadingOne = (a: UInt): UInt => {
  const bits: UInt[] = [];
  let above: UInt | undefined;
  for (let index = a.width - 1; index >= 0; index--) {
    const own = a.bit(index);
    bits.push(above === undefined ? own : own.and(above.not()));
    above = above === undefined ? own : above.or(own);
  }
  return joined(bits);
};

/** First item highest. */
const joined = (bits: readonly UInt[]): UInt => {
  const [first, ...rest] = bits;
  if (first === undefined) throw new RangeError('there are no bits to join');
  return cat(first, ...rest);
};

/** x · 2^k for a one-hot 2^k; 0 for a zero one. */
const timesOneHot = (x: UInt, oneHot: UInt): UInt => {
  let sum = oneHot.bit(0).mux(x, 0);
  for (let index = 1; index < oneHot.width; index++) sum = sum.or(oneHot.bit(index).mux(x, 0).shl(index));
  return sum;
};

/** 2^ka·b + 2^kb·(a - 2^ka), `terms` times: each is what is missing of the one before, seen through its leading ones. */
export const drawIterativeLogarithmic = (a: UInt, b: UInt, terms: number): UInt => {
  const [leadA, leadB] = [leadingOne(a), leadingOne(b)];
  const [restA, restB] = [a.xor(leadA), b.xor(leadB)];
  const term = timesOneHot(b, leadA).add(timesOneHot(restA, leadB));
  return terms === 1 ? term : term.add(drawIterativeLogarithmic(restA, restB, terms - 1));
};

interface Logarithm {
  readonly exponent: UInt;
  readonly fraction: UInt;
}

/** Position of the leading one, and the `fractionBits` bits below it (cut or filled with zeros); of 0: both are 0. */
const logarithm = (m: ModuleBuilder, a: UInt, fractionBits: number): Logarithm => {
  const padding = m.constant({ signed: false, width: fractionBits }, 0);
  let exponent = m.constant({ signed: false, width: 1 }, 0);
  let fraction = padding;
  for (let at = 1; at < a.width; at++) {
    const below = cat(a.bits(at - 1, 0), padding);
    fraction = a.bit(at).mux(below.bits(below.width - 1, below.width - fractionBits), fraction);
    exponent = a.bit(at).mux(m.constant({ signed: false, width: unsignedWidth(BigInt(at)) }, at), exponent);
  }
  return { exponent, fraction };
};

/** Mitchell's product; `correction` is added to the mantissa (its half where the fractions carry). Wraps to `width`. */
export const drawLogarithmic = (
  m: ModuleBuilder,
  [a, b]: readonly [UInt, UInt],
  fractionBits: number,
  correction: bigint,
  width: number,
): UInt => {
  const [logA, logB] = [logarithm(m, a, fractionBits), logarithm(m, b, fractionBits)];
  const fractions = logA.fraction.add(logB.fraction).wrap(fractionBits + 1);
  const carry = fractions.bit(fractionBits);
  const exponent = logA.exponent.add(logB.exponent).add(carry);
  const mantissa = fractions.bits(fractionBits - 1, 0).add(1n << BigInt(fractionBits));
  const corrected =
    correction === 0n
      ? mantissa
      : mantissa.add(
          carry.mux(m.constant(wide(correction), correction >> 1n), m.constant(wide(correction), correction)),
        );
  const product = corrected.shl(exponent).shr(fractionBits).wrap(width);
  return a
    .eq(0)
    .or(b.eq(0))
    .mux(m.constant({ signed: false, width }, 0), product);
};

const wide = (value: bigint) => ({ signed: false, width: unsignedWidth(value) }) as const;

/** DRUM: `bits` bits of each operand from its leading one, the lowest of them 1 where any were cut off. */
export const drawDynamicRange = (m: ModuleBuilder, a: UInt, b: UInt, bits: number): UInt => {
  const [cutA, cutB] = [cutToRange(m, a, bits), cutToRange(m, b, bits)];
  return cutA.mantissa.mul(cutB.mantissa).shl(cutA.shift.add(cutB.shift));
};

const cutToRange = (m: ModuleBuilder, a: UInt, bits: number): { mantissa: UInt; shift: UInt } => {
  const one = m.constant({ signed: false, width: 1 }, 1);
  let shift = m.constant({ signed: false, width: 1 }, 0);
  let mantissa = a.bits(Math.min(bits, a.width) - 1, 0);
  for (let top = bits; top < a.width; top++) {
    const by = top + 1 - bits;
    mantissa = a.bit(top).mux(cat(a.bits(top, by + 1), one), mantissa);
    shift = a.bit(top).mux(m.constant({ signed: false, width: unsignedWidth(BigInt(by)) }, by), shift);
  }
  return { mantissa, shift };
};
