import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightsOfGrid } from '../calibrate/index.js';
import { exponentHistogram, inqBits, inqLevels, levelGrid, levelValues, nearestLevel } from './levels.js';

const bits = fc.constantFrom(...inqBits);
const weights = fc
  .array(fc.float({ min: -4, max: 4, noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 })
  .map((values) => Float32Array.from(values));

/** Eq. 4 read literally: neighbours alpha < beta of the magnitudes with 0. */
const equation4 = (weight: number, magnitudes: readonly number[]): number => {
  const size = Math.abs(weight);
  const beta = magnitudes.find(
    (b, i) => i > 0 && ((magnitudes[i - 1] ?? 0) + b) / 2 <= size && size < 1.5 * b,
  );
  return beta === undefined ? 0 : Math.sign(weight) * beta;
};

describe('the level set of INQ', () => {
  it("has the paper's exponents: n1 = -1 and 3 bits give n2 = -2", () => {
    expect(inqLevels(Float32Array.of(0.1, -0.5), 3)).toEqual({ n1: -1, n2: -2 });
  });

  it.each([
    [5, 17],
    [4, 9],
    [3, 5],
    [2, 3],
  ] as const)('%i bits: %i levels, symmetric', (b, count) => {
    const values = levelValues(inqLevels(Float32Array.of(1), b));
    expect(values.length).toBe(count);
    expect(count).toBe(2 ** (b - 1) + 1);
    expect(values.map((v) => 0 - v).reverse()).toEqual(values.map((v) => v + 0));
    expect(Math.max(...values)).toBe(1);
  });

  it('s < 1.5 * 2^n1, also at exact powers of two and just below them', () => {
    for (let n = -40; n <= 40; n++) {
      const edge = 0.75 * 2 ** n;
      expect(inqLevels(Float32Array.of(edge), 5).n1).toBe(n);
      expect(inqLevels(Float32Array.of(edge * (1 - 2 ** -24)), 5).n1).toBe(n - 1);
    }
    fc.assert(
      fc.property(weights, bits, (values, b) => {
        const s = Math.max(...values.map(Math.abs));
        fc.pre(s > 2 ** -100);
        const { n1, n2 } = inqLevels(values, b);
        expect(0.75 * 2 ** n1 <= s && s < 1.5 * 2 ** n1).toBe(true);
        expect(n2).toBe(n1 + 1 - 2 ** (b - 1) / 2);
      }),
    );
  });

  it('weights too small for a scale of float32 become 0 on a usable grid', () => {
    for (const b of inqBits) {
      const tiny = Float32Array.of(2 ** -149, -(2 ** -140));
      const { codes, scales } = levelGrid(tiny, inqLevels(tiny, b));
      expect([[...codes].map((code) => code + 0), [...scales]]).toEqual([[0, 0], [2 ** -126]]);
    }
  });

  it('weights of zeros have levels', () => {
    expect(inqLevels(new Float32Array(3), 4)).toEqual(inqLevels(Float32Array.of(1), 4));
  });

  it('leastSquares never has a greater squared error than max', () => {
    fc.assert(
      fc.property(weights, bits, (values, b) => {
        const error = (rule: 'max' | 'leastSquares'): number => {
          const levels = inqLevels(values, b, rule);
          return values.reduce((sum, w) => sum + (w - nearestLevel(w, levels)) ** 2, 0);
        };
        expect(error('leastSquares')).toBeLessThanOrEqual(error('max'));
      }),
    );
  });
});

describe('Eq. 4', () => {
  it('holds literally for every weight that the levels were made for', () => {
    fc.assert(
      fc.property(weights, bits, (values, b) => {
        const levels = inqLevels(values, b);
        const magnitudes = levelValues(levels).filter((v) => v >= 0);
        for (const w of values) expect(nearestLevel(w, levels) + 0).toBe(equation4(w, magnitudes) + 0);
      }),
    );
  });

  it('trap 1: 0 is what lies below 2^(n2 - 1), not below 2^n2', () => {
    const levels = { n1: -1, n2: -2 };
    expect(nearestLevel(0.125, levels)).toBe(0.25);
    expect(nearestLevel(-0.2, levels)).toBe(-0.25);
    expect(nearestLevel(0.125 - 2 ** -27, levels)).toBe(0);
  });

  it('trap 2: midpoints go up', () => {
    const levels = { n1: 0, n2: -7 };
    for (let e = levels.n2 + 1; e <= levels.n1; e++) {
      expect(nearestLevel(0.75 * 2 ** e, levels)).toBe(2 ** e);
      expect(nearestLevel(-0.75 * 2 ** e, levels)).toBe(-(2 ** e));
      expect(nearestLevel(0.75 * 2 ** e * (1 - 2 ** -24), levels)).toBe(2 ** (e - 1));
    }
  });

  it('trap 3: a weight that outgrew the levels is clamped to the greatest, not sent to 0', () => {
    const levels = { n1: -1, n2: -2 };
    for (const w of [0.75, 1, 10]) expect(nearestLevel(w, levels)).toBe(0.5);
    expect(nearestLevel(-0.75, levels)).toBe(-0.5);
  });
});

describe('the grid of a layer', () => {
  it('has codes +-2^k or 0 within its bits, stands for exactly the levels, and is kept by its own weights', () => {
    fc.assert(
      fc.property(weights, bits, (values, b) => {
        const levels = inqLevels(values, b);
        const grid = levelGrid(values, levels);
        const quantized = values.map((w) => nearestLevel(w, levels));
        expect([...weightsOfGrid(grid)].map((w) => w + 0)).toEqual([...quantized].map((w) => w + 0));
        expect(levelGrid(quantized, levels)).toEqual(grid);
        for (const code of grid.codes) {
          expect(code === 0 || Number.isInteger(Math.log2(Math.abs(code)))).toBe(true);
          expect(Math.abs(code)).toBeLessThan(2 ** (grid.bits - 1));
        }
      }),
    );
  });

  it.each([
    [5, 9, 128],
    [4, 5, 8],
    [3, 3, 2],
    [2, 2, 1],
  ] as const)('%i bits: codes of %i bits up to %i', (b, width, greatest) => {
    const grid = levelGrid(Float32Array.of(1, -0.01), inqLevels(Float32Array.of(1), b));
    expect(grid.bits).toBe(width);
    expect(grid.codes[0]).toBe(greatest);
    expect(grid.format).toBe('powerOfTwo');
  });

  it('counts its weights by exponent', () => {
    const levels = { n1: 0, n2: -3 };
    expect(exponentHistogram(Float32Array.of(1, -1, 0.5, 0.125, 0, 0.01), levels)).toEqual({
      zero: 2,
      '-3': 1,
      '-2': 0,
      '-1': 1,
      '0': 2,
    });
  });
});
