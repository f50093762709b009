/** Exact fractions of big integers, as decimals are written, and their rounding to integers. */

/** numerator / denominator, denominator > 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * How a value between two integers becomes one of them. `floor`, `ceil`: down, up; `truncate`: towards zero; the others to
 * the nearest, ties up (`halfUp`), to even (`halfEven`) or away from zero (`halfAwayFromZero`).
 */
export type RationalRounding = 'floor' | 'ceil' | 'truncate' | 'halfUp' | 'halfEven' | 'halfAwayFromZero';

const decimal = /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/**
 * The value exactly as it is written: a number means its shortest decimal (0.1 is one tenth), a string is a decimal.
 * @throws RangeError on anything else, such as NaN or 'abc'.
 */
export function rational(value: number | bigint | string | Rational): Rational {
  if (typeof value === 'bigint') return { numerator: value, denominator: 1n };
  if (typeof value === 'object') {
    if (value.denominator <= 0n)
      throw new RangeError(`the denominator of ${value.numerator}/${value.denominator} is not positive`);
    return value;
  }
  const match = decimal.exec(String(value));
  if (match === null) throw new RangeError(`${value} is not a decimal number`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power >= 0
    ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-power) };
}

/** value * 2^exponent, exact. */
export const scaleByPowerOfTwo = ({ numerator, denominator }: Rational, exponent: number): Rational =>
  exponent >= 0
    ? { numerator: numerator << BigInt(exponent), denominator }
    : { numerator, denominator: denominator << BigInt(-exponent) };

export const isInteger = ({ numerator, denominator }: Rational): boolean => numerator % denominator === 0n;

/** The integer that `mode` chooses; the value itself where it is one. */
export function roundRational({ numerator, denominator }: Rational, mode: RationalRounding): bigint {
  const rest = ((numerator % denominator) + denominator) % denominator;
  const below = (numerator - rest) / denominator;
  return rest > 0n && goesUp({ below, rest, denominator }, mode) ? below + 1n : below;
}

function goesUp(
  {
    below,
    rest,
    denominator,
  }: { readonly below: bigint; readonly rest: bigint; readonly denominator: bigint },
  mode: RationalRounding,
): boolean {
  if (mode === 'floor') return false;
  if (mode === 'ceil') return true;
  if (mode === 'truncate') return below < 0n;
  if (2n * rest !== denominator) return 2n * rest > denominator;
  if (mode === 'halfUp') return true;
  return mode === 'halfEven' ? below % 2n !== 0n : below >= 0n;
}
