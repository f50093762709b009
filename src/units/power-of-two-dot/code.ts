/** Codes of weights 0 and ±2^k, from the top: sign, not zero, exponent. */

import { requireInteger, UnitParameterError } from '../errors.js';

/** Exponents of `codeBits` bits run from 0 to this: 2 to 5 bits give 1, 2, 4, 8 magnitudes. */
export const greatestExponent = (codeBits: number): number => 2 ** (codeBits - 2) - 1;

export interface PowerOfTwo {
  readonly negative: boolean;
  /** undefined: the weight is 0. */
  readonly exponent: number | undefined;
}

/** Sign and exponent of a code; codes without the "not zero" bit are 0. */
export const powerOfTwoParts = (code: bigint, codeBits: number): PowerOfTwo => {
  const exponentBits = BigInt(codeBits - 2);
  const low = code & ((1n << exponentBits) - 1n);
  const nonzero = ((code >> exponentBits) & 1n) === 1n;
  return {
    negative: ((code >> (exponentBits + 1n)) & 1n) === 1n,
    exponent: nonzero ? Number(low) : undefined,
  };
};

/** The weight of a code: 0 or ±2^k. */
export const powerOfTwoWeight = (code: bigint, codeBits: number): bigint => {
  const { negative, exponent } = powerOfTwoParts(code, codeBits);
  if (exponent === undefined) return 0n;
  const magnitude = 1n << BigInt(exponent);
  return negative ? -magnitude : magnitude;
};

/**
 * The code of 0 or ±2^k, k from 0 to `greatestExponent(codeBits)`; 0 has the code 0. @throws UnitParameterError for any other
 * weight (called `name` in the message), or codeBits outside 2..5.
 */
export const powerOfTwoCode = (weight: bigint, codeBits: number, name = 'weight'): bigint => {
  requireInteger('powerOfTwo', 'codeBits', codeBits, 2, 5);
  if (weight === 0n) return 0n;
  const magnitude = weight < 0n ? -weight : weight;
  const exponent = magnitude.toString(2).length - 1;
  if (magnitude !== 1n << BigInt(exponent) || exponent > greatestExponent(codeBits))
    throw new UnitParameterError(
      'powerOfTwo',
      name,
      `must be 0 or ±2^k with k from 0 to ${greatestExponent(codeBits)}, not ${weight}`,
    );
  const sign = weight < 0n ? 2n : 0n;
  return ((sign | 1n) << BigInt(codeBits - 2)) | BigInt(exponent);
};

/** The code with "is 0" in place of "is not 0", and back. */
export const flaggedCode = (code: bigint, codeBits: number): bigint => code ^ (1n << BigInt(codeBits - 2));
