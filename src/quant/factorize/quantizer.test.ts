import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestScale, codeOf, codesOf, onGrid, scaleCandidates } from './quantizer.js';

const values = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 });
const bits = fc.integer({ min: 2, max: 9 });

const squaredError = (x: Float64Array, scale: number, width: number): number =>
  x.reduce((sum, value) => sum + (value - scale * codeOf(value, scale, 2 ** (width - 1))) ** 2, 0);

describe('the scale search', () => {
  it('finds the least squared error of the full search over all candidates', () => {
    fc.assert(
      fc.property(values, bits, fc.integer({ min: 1, max: 60 }), (list, width, points) => {
        const x = Float64Array.from(list);
        const errors = [...scaleCandidates(x, width, points)]
          .filter((scale) => scale > 0)
          .map((scale) => squaredError(x, scale, width));
        const found = squaredError(x, bestScale(x, width, points), width);
        const total = x.reduce((sum, value) => sum + value ** 2, 0);
        if (errors.length > 0) expect(found).toBeLessThanOrEqual(Math.min(...errors) + 1e-12 * total);
      }),
      { numRuns: 300 },
    );
  });

  it('scales with the values', () => {
    fc.assert(
      fc.property(values, bits, (list, width) => {
        const x = Float64Array.from(list);
        fc.pre(x.some((value) => Math.abs(value) > 1e-3));
        // A power of two changes no rounding.
        expect(
          bestScale(
            x.map((value) => 8 * value),
            width,
            50,
          ),
        ).toBe(8 * bestScale(x, width, 50));
      }),
    );
  });

  it('gives 1 where every value is 0', () => {
    expect(bestScale(new Float64Array(5), 4, 200)).toBe(1);
  });
});

describe('the grid', () => {
  it('is two’s complement, rounds ties to even, and values = codes * scale', () => {
    expect([...codesOf(Float64Array.of(-9, -2.5, -1.5, 0.5, 1.5, 2.5, 9), 1, 3)]).toEqual([
      -4, -2, -2, 0, 2, 2, 3,
    ]);
    fc.assert(
      fc.property(values, bits, fc.double({ min: 0.01, max: 10, noNaN: true }), (list, width, scale) => {
        const x = Float64Array.from(list);
        const out = new Float64Array(x.length);
        onGrid(x, scale, width, out);
        expect([...out].map((value) => value + 0)).toEqual(
          [...codesOf(x, scale, width)].map((code) => scale * code),
        );
      }),
    );
  });
});
