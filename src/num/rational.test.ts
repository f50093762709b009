import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInteger, rational, roundRational, type RationalRounding } from './rational.js';

const modes: readonly RationalRounding[] = [
  'floor',
  'ceil',
  'truncate',
  'halfUp',
  'halfEven',
  'halfAwayFromZero',
];

describe('rational', () => {
  it.each([
    ['0.1', 1n, 10n],
    [0.1, 1n, 10n],
    ['-2.50', -250n, 100n],
    [1e-7, 1n, 10_000_000n],
    ['1.5e3', 1500n, 1n],
    [7n, 7n, 1n],
  ] as const)('reads %s as it is written', (written, numerator, denominator) => {
    const value = rational(written);
    expect(value.numerator * denominator).toBe(numerator * value.denominator);
  });

  it.each([[NaN], [Infinity], ['abc'], ['1.'], ['']])('refuses %s', (written) => {
    expect(() => rational(written)).toThrow(RangeError);
  });

  it('rounds to one of the two neighbours, and ties as the mode says', () => {
    const ties = [-5n, -3n, -1n, 1n, 3n, 5n].map((numerator) => ({ numerator, denominator: 2n }));
    const table = Object.fromEntries(
      modes.map((mode) => [mode, ties.map((tie) => Number(roundRational(tie, mode)))]),
    );
    expect(table).toEqual({
      floor: [-3, -2, -1, 0, 1, 2],
      ceil: [-2, -1, 0, 1, 2, 3],
      truncate: [-2, -1, 0, 0, 1, 2],
      halfUp: [-2, -1, 0, 1, 2, 3],
      halfEven: [-2, -2, 0, 0, 2, 2],
      halfAwayFromZero: [-3, -2, -1, 1, 2, 3],
    });
  });

  it('is at most half off in the nearest modes, less than one in the others, and exact on integers', () => {
    const value = fc.record({
      numerator: fc.bigInt(-(1n << 80n), 1n << 80n),
      denominator: fc.bigInt(1n, 1n << 20n),
    });
    fc.assert(
      fc.property(value, fc.constantFrom(...modes), (r, mode) => {
        const error = roundRational(r, mode) * r.denominator - r.numerator;
        const size = error < 0n ? -error : error;
        if (isInteger(r)) expect(error).toBe(0n);
        else if (mode.startsWith('half')) expect(2n * size <= r.denominator).toBe(true);
        else expect(size < r.denominator).toBe(true);
      }),
    );
  });
});
