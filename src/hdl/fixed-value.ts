/** Fixed-point formats and constants: exact values on a grid of powers of two. */

import {
  isInteger,
  rational,
  roundRational,
  scaleByPowerOfTwo,
  typeRange,
  type Rational,
  type RationalRounding,
} from '../num/index.js';
import { fail } from './diagnostics.js';

/** How a fixed-point value is stored: value = integer / 2^fraction. */
export interface FixedFormat {
  readonly signed: boolean;
  readonly width: number;
  readonly fraction: number;
}

/** A constant: raw / 2^fraction. */
export interface FixedConstant {
  readonly raw: bigint;
  readonly fraction: number;
}

/** Operands and drivers beside signals; a number means its shortest decimal, which must end in binary (0.375, not 0.1). */
export type FixedValue = number | bigint | FixedConstant;

/** `sfixed(12,4)`, `ufixed(8,8)`. */
export const describeFixed = ({ signed, width, fraction }: FixedFormat): string =>
  `${signed ? 's' : 'u'}fixed(${width},${fraction})`;

/**
 * A decimal ('0.1', 0.1) or rational as a constant of a type. @throws HDL029 when it is no multiple of the type's step and
 * no rounding is given, HDL004 when it is outside of the type.
 */
export function fixedConstant(
  value: number | bigint | string | Rational,
  type: FixedFormat,
  rounding?: RationalRounding,
): FixedConstant {
  const exact = readRational(value);
  const scaled = scaleByPowerOfTwo(exact, type.fraction);
  const shown = typeof value === 'object' ? `${value.numerator}/${value.denominator}` : value.toString();
  if (rounding === undefined && !isInteger(scaled)) {
    fail(
      'HDL029',
      `${shown} is no value of ${describeFixed(type)}, whose step is 2^${-type.fraction}`,
      "give a rounding mode: fixedConstant(value, type, 'halfEven')",
    );
  }
  const raw = roundRational(scaled, rounding ?? 'floor');
  const { lo, hi } = typeRange(type.signed, type.width);
  if (raw < lo || raw > hi)
    fail('HDL004', `${shown} is outside of ${describeFixed(type)}`, 'widen the type or change the constant');
  return { raw, fraction: type.fraction };
}

/** A number as raw / 2^fraction with the fewest fraction bits. @throws HDL029 when there are none that suffice. */
export function constantOperand(value: FixedValue, beside: FixedFormat): FixedConstant {
  if (typeof value === 'object') return value;
  if (typeof value === 'bigint') return { raw: value, fraction: 0 };
  const exact = readRational(value);
  const steps = smallestFraction(exact);
  if (steps === undefined) {
    fail(
      'HDL029',
      `${value} beside ${describeFixed(beside)} has no end in binary`,
      `write fixedConstant(${value}, type, rounding)`,
    );
  }
  return { raw: roundRational(scaleByPowerOfTwo(exact, steps), 'floor'), fraction: steps };
}

function readRational(value: number | bigint | string | Rational): Rational {
  try {
    return rational(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail('HDL029', error.message, "write a decimal such as '0.375' or { numerator, denominator }");
  }
}

/** The fraction bits that hold the value; undefined when its lowest terms have an odd factor below. */
function smallestFraction({ numerator, denominator }: Rational): number | undefined {
  const rest = denominator / greatestCommonDivisor(numerator, denominator);
  const bits = rest.toString(2).length - 1;
  return rest === 1n << BigInt(bits) ? bits : undefined;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}
