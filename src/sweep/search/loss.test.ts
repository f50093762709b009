import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, lossOf } from './loss.js';

const pairs = fc.array(fc.record({ float: fc.boolean(), integer: fc.boolean() }), {
  minLength: 1,
  maxLength: 300,
});
const lossOfPairs = (some: readonly { readonly float: boolean; readonly integer: boolean }[]) =>
  lossOf(
    some.map(({ float }) => float),
    some.map(({ integer }) => integer),
  );

describe('the loss against the float network', () => {
  it('is the mean of the pictures differences, and its error theirs by the square root of their number', () => {
    fc.assert(
      fc.property(pairs, (some) => {
        const differences = some.map(({ float, integer }) => Number(float) - Number(integer));
        const mean = differences.reduce((sum, each) => sum + each, 0) / some.length;
        const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / some.length;
        const { share, standardError } = lossOfPairs(some);
        expect(share).toBeCloseTo(mean, 12);
        expect(standardError).toBeCloseTo(Math.sqrt(variance / some.length), 12);
      }),
    );
  });

  it('is 0 and certain for equal answers; by hand otherwise', () => {
    expect(lossOf([true, false], [true, false])).toEqual({ share: 0, standardError: 0 });
    expect(lossOf([true, true], [false, false])).toEqual({ share: 1, standardError: 0 });
    // Of 4 pictures 1 lost, 1 gained: variance 1/2.
    expect(lossOf([true, true, false, false], [true, false, true, false])).toEqual({
      share: 0,
      standardError: Math.sqrt(0.5 / 4),
    });
  });

  it('needs the same pictures', () => {
    expect(() => lossOf([], [])).toThrow(RangeError);
    expect(() => lossOf([true], [true, true])).toThrow(RangeError);
  });

  it('is within what is allowed with its margin, or not', () => {
    const loss = { share: 0.006, standardError: 0.003 };
    expect(isWithin(loss, { maxLoss: 1, margin: 1 })).toBe(true);
    expect(isWithin(loss, { maxLoss: 1, margin: 2 })).toBe(false);
    expect(isWithin(loss, { maxLoss: 0.5, margin: 0 })).toBe(false);
    expect(isWithin({ share: -0.01, standardError: 0.003 }, { maxLoss: 0, margin: 3 })).toBe(true);
  });
});
