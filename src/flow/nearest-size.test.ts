import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestThatFits, sizeName, smallerSizes } from './nearest-size.js';

const side = fc.integer({ min: 1, max: 64 });

describe('sizes below the one asked for', () => {
  it('keep its proportions', () => {
    expect(smallerSizes({ rows: 4, columns: 4 }).map(sizeName)).toEqual(['1x1', '2x2', '3x3']);
    expect(smallerSizes({ rows: 8, columns: 4 }).map(sizeName)).toContain('4x2');
    expect(smallerSizes({ rows: 1, columns: 1 })).toEqual([]);
  });

  it('grow from 1x1, each smaller than the one asked for', () => {
    fc.assert(
      fc.property(side, side, (rows, columns) => {
        const pes = smallerSizes({ rows, columns }).map((size) => size.rows * size.columns);
        expect(pes).toEqual([...new Set(pes)].sort((a, b) => a - b));
        expect(Math.max(0, ...pes)).toBeLessThan(rows * columns);
        if (rows > 1 && columns > 1) expect(pes[0]).toBe(1);
      }),
    );
  });
});

describe('the search', () => {
  it('finds the largest size that fits with few trials, wherever it begins', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(4096), share, async (rows, columns, limit, guess) => {
        const sizes = smallerSizes({ rows, columns });
        let trials = 0;
        const { size, complete } = await largestThatFits(sizes, guess, (candidate) => {
          trials++;
          return Promise.resolve(candidate.rows * candidate.columns <= limit);
        });
        expect(complete).toBe(true);
        expect(size).toEqual(sizes.findLast((candidate) => candidate.rows * candidate.columns <= limit));
        expect(trials).toBeLessThanOrEqual(Math.ceil(Math.log2(sizes.length + 1)) + 1);
      }),
    );
  });

  it('that runs out of time gives the best size so far', async () => {
    const sizes = smallerSizes({ rows: 16, columns: 16 });
    const answers = [true, undefined];
    const found = await largestThatFits(sizes, 0.25, () => Promise.resolve(answers.shift()));
    expect(found).toEqual({ size: sizes[7], complete: false });
    expect(await largestThatFits(sizes, 0.25, () => Promise.resolve(undefined))).toEqual({
      size: undefined,
      complete: false,
    });
  });
});
