import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, randomFromState } from './random.js';

describe('random', () => {
  it('is xoshiro128**: the first numbers from state 1, 2, 3, 4 (also computed with unbounded integers)', () => {
    const random = randomFromState([1, 2, 3, 4]);
    const numbers = Array.from({ length: 10 }, () => random.uint32());
    expect(numbers).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('repeats itself from the same seed and differs between neighbouring seeds', () => {
    const first = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 4 }, () => random.uint32());
    };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(first(seed)).toEqual(first(seed));
        expect(first(seed)).not.toEqual(first(seed + 1));
      }),
    );
  });

  it('draws integers inside the range, reaching both ends', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 0, max: 6 }),
        (seed, lo, width) => {
          const random = createRandom(seed);
          const drawn = new Set(Array.from({ length: 300 }, () => random.integer(lo, lo + width)));
          expect([...drawn].sort((a, b) => a - b)).toEqual(
            Array.from({ length: width + 1 }, (_, i) => lo + i),
          );
        },
      ),
    );
  });

  it('is uniform: every one of 10 values within 5 sigma of its share', () => {
    const random = createRandom(7);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const value = random.integer(0, 9);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9000));
  });

  it('keeps real numbers and chances in bounds', () => {
    const random = createRandom(3);
    for (let i = 0; i < 1000; i++) {
      const value = random.between(-2, 3);
      expect(value).toBeGreaterThanOrEqual(-2);
      expect(value).toBeLessThan(3);
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }
  });

  it('refuses empty ranges and the dead state', () => {
    expect(() => createRandom(1).integer(2, 1)).toThrow(RangeError);
    expect(() => createRandom(1).integer(0, 2 ** 32)).toThrow(RangeError);
    expect(() => createRandom(1).integer(0.5, 2)).toThrow(RangeError);
    expect(() => randomFromState([0, 0, 0, 0])).toThrow(RangeError);
  });
});
