import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ternaryCodes, ternaryGrid, ternaryScale, ternaryScaleRules } from './ternary.js';

const weights = fc
  .array(
    fc.integer({ min: -8192, max: 8192 }).map((n) => n / 1024),
    { minLength: 1, maxLength: 40 },
  )
  .map((values) => Float32Array.from(values));
const rules = fc.constantFrom(...ternaryScaleRules);

describe('ternary weights', () => {
  it('absmean: a weight of at least half the mean magnitude is kept, the scale is the mean magnitude', () => {
    const values = Float32Array.of(0.5, -1, 2, 0.25, -0.4375, 1.8125); // mean 1
    expect([...ternaryCodes(values, 'absmean')]).toEqual([1, -1, 1, 0, 0, 1]);
    expect(ternaryScale(values, 'absmean')).toBe(1);
  });

  it('twn: a weight above 0.7 times the mean magnitude is kept, the scale is the mean of those', () => {
    const values = Float32Array.of(0.5, -1, 2, 0.25, -0.4375, 1.8125);
    expect([...ternaryCodes(values, 'twn')]).toEqual([0, -1, 1, 0, 0, 1]);
    expect(ternaryScale(values, 'twn')).toBe(Math.fround(4.8125 / 3));
  });

  it('absmean codes are round(w / mean) clipped, away from ties', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const mean = values.reduce((sum, w) => sum + Math.abs(w), 0) / values.length;
        const codes = ternaryCodes(values, 'absmean');
        values.forEach((w, i) => {
          const ratio = w / (mean + 1e-300);
          if (Math.abs(Math.abs(ratio) - 0.5) < 1e-9) return;
          expect(codes[i]).toBe(Math.max(-1, Math.min(1, Math.round(ratio))) + 0);
        });
      }),
    );
  });

  it('codes are odd in the weights and do not depend on their scale', () => {
    fc.assert(
      fc.property(weights, rules, fc.integer({ min: -20, max: 20 }), (values, rule, exponent) => {
        const codes = [...ternaryCodes(values, rule)];
        expect([
          ...ternaryCodes(
            values.map((w) => -w * 2 ** exponent),
            rule,
          ),
        ]).toEqual(codes.map((c) => 0 - c));
      }),
    );
  });

  it('has one scale for the layer or one per output channel', () => {
    const values = Float32Array.of(1, -1, 1, 0, 4, 4, -4, 0.5);
    expect(ternaryGrid(values, 2, 'absmean').scales).toEqual(Float32Array.of(0.75, 3.125));
    expect([...ternaryGrid(values, 2, 'absmean').codes]).toEqual([1, -1, 1, 0, 1, 1, -1, 0]);
    expect(ternaryGrid(values, 1, 'absmean').scales.length).toBe(1);
    expect([...ternaryGrid(values, 1, 'absmean').codes]).toEqual([1, -1, 1, 0, 1, 1, -1, 0]);
  });

  it('a channel of zeros keeps a usable scale', () => {
    expect(ternaryGrid(new Float32Array(4), 2, 'twn')).toEqual({
      codes: new Int16Array(4),
      scales: Float32Array.of(1, 1),
      bits: 2,
      format: 'ternary',
    });
  });
});
