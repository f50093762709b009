import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requantizeByContract } from '../requantize/model.js';
import { accFor, scaleFor } from '../testing/scales.js';
import { streamThrough } from '../testing/stream.js';
import { canonicalDigits } from './digits.js';
import { requantizeConstant } from './unit.js';

const cases = fc
  .record({ accWidth: fc.integer({ min: 2, max: 32 }), resultWidth: fc.integer({ min: 2, max: 17 }) })
  .chain((widths) => scaleFor(widths.resultWidth, 40).map((scale) => ({ ...widths, scale })))
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(accFor(params.scale, params.accWidth), { minLength: 1, maxLength: 40 }),
    ),
  );

describe('requantizeConstant', () => {
  it('is the integer contract for every rounding', () => {
    fc.assert(
      fc.property(cases, ([params, accs]) => {
        const unit = requantizeConstant({ name: 'scale', ...params });
        const values = streamThrough(
          unit.component.design,
          accs.map((acc) => ({ acc })),
          unit.latencyCycles,
          'value',
        );
        expect(values).toEqual(accs.map((acc) => requantizeByContract(acc, params.scale)));
      }),
      { numRuns: 60 },
    );
  });

  it('refuses bounds that its result has no bits for', () => {
    const scale = { multiplier: 3n, addend: 0n, shift: 4n, rounding: 'halfUp', zeroPoint: 0n } as const;
    const make = (): unknown =>
      requantizeConstant({ name: 'wide', accWidth: 8, resultWidth: 4, scale: { ...scale, lo: 0n, hi: 8n } });
    expect(make).toThrow('UNIT001: requantizeConstant: lo and hi must be ordered and fit 4 bits');
  });
});

describe('canonicalDigits', () => {
  it('write a number without neighbours', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 40n), max: 1n << 40n }), (value) => {
        const digits = canonicalDigits(value);
        const sum = digits.reduce(
          (total, { negative, position }) => total + (negative ? -1n : 1n) * (1n << BigInt(position)),
          0n,
        );
        expect(sum).toBe(value);
        digits.forEach(({ position }, i) =>
          expect(position - (digits[i - 1]?.position ?? -2)).toBeGreaterThan(1),
        );
      }),
    );
  });
});
