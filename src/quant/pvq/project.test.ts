import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { projectExactly, projectOntoPyramid } from './index.js';

const realOf = fc.float({ min: -4, max: 4, noNaN: true });
const smallOf = fc.array(realOf, { minLength: 1, maxLength: 5 });

/** All vectors of P(length, pulses), without the functions under test. */
const allVectors = (length: number, pulses: number): readonly (readonly number[])[] => {
  if (length === 0) return pulses === 0 ? [[]] : [];
  const firsts = Array.from({ length: 2 * pulses + 1 }, (_, i) => i - pulses);
  return firsts.flatMap((first) =>
    allVectors(length - 1, pulses - Math.abs(first)).map((rest) => [first, ...rest]),
  );
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

const pulsesOf = (point: ArrayLike<number>): number =>
  Array.from(point).reduce((sum, value) => sum + Math.abs(value), 0);

/** The greedy rule as papers.md 4.3 states it: every element is tried for every pulse. */
const greedyAsStated = (weights: readonly number[], pulses: number): readonly number[] => {
  const sizes = weights.map(Math.abs);
  const norm = sizes.reduce((sum, size) => sum + size, 0);
  const point = sizes.map((size) => Math.floor((size * pulses) / norm));
  while (pulsesOf(point) < pulses) {
    const [xy, yy] = [dot(sizes, point), dot(point, point)];
    const gains = sizes.map((size, j) => (xy + size) ** 2 / (yy + 2 * (point[j] ?? 0) + 1));
    const best = gains.indexOf(Math.max(...gains));
    point[best] = (point[best] ?? 0) + 1;
  }
  return point.map((value, i) => ((weights[i] ?? 0) < 0 ? -value : value) + 0);
};

describe('projectOntoPyramid', () => {
  it('has K pulses, and the signs of the weights', () => {
    const weightsOf = fc.array(realOf, { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(weightsOf, fc.integer({ min: 1, max: 500 }), (weights, pulses) => {
        const point = projectOntoPyramid(weights, pulses);
        expect(pulsesOf(point)).toBe(weights.every((weight) => weight === 0) ? 0 : pulses);
        point.forEach((value, i) => expect(value * (weights[i] ?? 0)).toBeGreaterThanOrEqual(0));
      }),
    );
  });

  it('adds the pulses that the published rule adds', () => {
    const random = createRandom(7);
    for (const [length, pulses] of [
      [1, 3],
      [9, 5],
      [40, 7],
      [64, 64],
      [150, 60],
      [30, 200],
    ] as const)
      for (let time = 0; time < 5; time++) {
        const skew = time % 2 === 0 ? 1 : 5;
        const weights = Array.from({ length }, () => Math.fround(random.between(-1, 1) ** skew));
        expect([...projectOntoPyramid(weights, pulses)]).toEqual(greedyAsStated(weights, pulses));
      }
  });

  it('gives a point of the pyramid back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 0.25, 8),
        (point, scale) => {
          fc.pre(pulsesOf(point) > 0);
          const weights = point.map((value) => value * scale);
          expect([...projectOntoPyramid(weights, pulsesOf(point))]).toEqual(point.map((value) => value + 0));
        },
      ),
    );
  });

  it('is the best point of all vectors nearly always, and never above it', () => {
    const random = createRandom(11);
    let best = 0;
    const times = 400;
    for (let time = 0; time < times; time++) {
      const pulses = random.integer(1, 5);
      const weights = Array.from({ length: random.integer(1, 5) }, () => random.between(-1, 1));
      const most = Math.max(...allVectors(weights.length, pulses).map((y) => correlation(weights, y)));
      const reached = correlation(weights, projectOntoPyramid(weights, pulses));
      expect(reached).toBeLessThanOrEqual(most + 1e-6);
      expect(reached).toBeGreaterThan(0.95 * most);
      if (reached > most - 1e-6) best++;
    }
    expect(best / times).toBeGreaterThan(0.95);
  });

  it('refuses K that is no number of pulses', () => {
    for (const pulses of [0, -1, 1.5, NaN])
      expect(() => projectOntoPyramid([1, 2], pulses)).toThrow(`QT401: K = ${pulses} is no number of pulses`);
    expect(() => projectOntoPyramid({ length: 2 ** 22 + 1 }, 1)).toThrow(
      'QT401: a vector of 4194305 weights',
    );
  });
});

describe('projectExactly', () => {
  it('correlates as well as the best of all vectors', () => {
    fc.assert(
      fc.property(smallOf, fc.integer({ min: 1, max: 5 }), (weights, pulses) => {
        fc.pre(weights.some((weight) => weight !== 0));
        const point = projectExactly(weights, pulses);
        const most = Math.max(...allVectors(weights.length, pulses).map((y) => correlation(weights, y)));
        expect(pulsesOf(point)).toBe(pulses);
        expect(correlation(weights, point)).toBeCloseTo(most, 9);
      }),
    );
  });

  it('beats the greedy projection where that is caught', () => {
    // The floors of the greedy one may keep a pulse that the best point does not have.
    const random = createRandom(1);
    let wins = 0;
    for (let time = 0; time < 300; time++) {
      const weights = Array.from({ length: 6 }, () => random.between(-1, 1) ** 3);
      const [exact, greedy] = [projectExactly(weights, 4), projectOntoPyramid(weights, 4)];
      const gain = correlation(weights, exact) - correlation(weights, greedy);
      expect(gain).toBeGreaterThan(-1e-6);
      if (gain > 1e-4) wins++;
    }
    expect(wins).toBeGreaterThan(0);
  });

  it('refuses a search that would not end', () => {
    expect(() => projectExactly(new Float32Array(100).fill(1), 100)).toThrow(
      'QT402: the exact projection onto P(100, 100) would try 190569292 points',
    );
  });
});
