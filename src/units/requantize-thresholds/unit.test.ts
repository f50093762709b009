import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requantizeByContract } from '../requantize/model.js';
import { accFor, scaleFor } from '../testing/scales.js';
import { streamThrough } from '../testing/stream.js';
import { staircaseModel, staircaseOf } from './thresholds.js';
import { requantizeThresholds } from './unit.js';

const cases = fc
  .record({
    accWidth: fc.integer({ min: 2, max: 24 }),
    resultWidth: fc.integer({ min: 1, max: 5 }),
    structure: fc.constantFrom('comparators' as const, 'search' as const),
  })
  .chain((widths) => scaleFor(widths.resultWidth).map((scale) => ({ ...widths, scale })))
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(accFor(params.scale, params.accWidth), { minLength: 1, maxLength: 40 }),
    ),
  );

describe('requantizeThresholds', () => {
  it('is the integer contract, rising or falling, in both structures', () => {
    fc.assert(
      fc.property(cases, ([{ scale, ...params }, accs]) => {
        const staircase = staircaseOf(scale, params.accWidth);
        const unit = requantizeThresholds({ name: 'steps', ...params, staircase });
        const values = streamThrough(
          unit.component.design,
          accs.map((acc) => ({ acc })),
          unit.latencyCycles,
          'value',
        );
        expect(values).toEqual(accs.map((acc) => requantizeByContract(acc, scale)));
      }),
      { numRuns: 60 },
    );
  });

  it('steps at every accumulator where the contract does', () => {
    const scale = { multiplier: -37n, addend: 900n, shift: 9n, rounding: 'halfEven', zeroPoint: 1n } as const;
    const bounded = { ...scale, lo: -7n, hi: 8n };
    const staircase = staircaseOf(bounded, 10);
    for (let acc = -512n; acc < 512n; acc++)
      expect(staircaseModel(staircase, acc)).toBe(requantizeByContract(acc, bounded));
  });

  it('refuses thresholds out of order', () => {
    const staircase = { base: 0n, step: 1, thresholds: [3n, 2n] } as const;
    const make = (): unknown =>
      requantizeThresholds({ name: 's', accWidth: 8, resultWidth: 3, staircase, structure: 'search' });
    expect(make).toThrow('UNIT001: requantizeThresholds: threshold 1 must not be less than the one before');
  });
});
