import { describe, expect, it } from 'vitest';
import { errorMetrics } from './metrics.js';
import { productTable } from './model.js';
import { exactTable } from './table.js';

const two = { aWidth: 2, bWidth: 2 };
/** 3 * 3 = 7, as the block of Kulkarni has it. */
const underdesigned = exactTable(two).with(15, 7);

describe('errorMetrics', () => {
  it('gives the published figures of the 2x2 block that is wrong once', () => {
    expect(errorMetrics(two, underdesigned)).toEqual({
      meanAbsolute: 2 / 16,
      worstCase: 2,
      meanRelative: 2 / 9 / 16,
      bias: -2 / 16,
      meanSquared: 4 / 16,
      errorProbability: 1 / 16,
    });
  });

  it('weighs operands by their distribution', () => {
    const never3 = errorMetrics(two, underdesigned, { a: [1, 1, 1, 0], b: [1, 1, 1, 1] });
    expect(never3.worstCase).toBe(0);
    const mostly3 = errorMetrics(two, underdesigned, { a: [0, 0, 0, 2], b: [1, 0, 0, 3] });
    expect(mostly3.meanAbsolute).toBe((2 * 3) / 4);
    const joint = exactTable(two).map((_, index) => (index === 15 ? 3 : index === 12 ? 1 : 0));
    expect(errorMetrics(two, underdesigned, { joint })).toEqual(mostly3);
  });

  it('reads signed codes, and divides by 1 where the exact product is 0', () => {
    const signed = { ...two, aSigned: true, bSigned: true };
    expect(errorMetrics(signed, productTable({ ...signed, kind: 'exact' })).worstCase).toBe(0);
    const oneAtZero = exactTable(signed).with(0, 1);
    expect(errorMetrics(signed, oneAtZero).meanRelative).toBe(1 / 16);
  });

  it('refuses weights that fit no operand', () => {
    expect(() => errorMetrics(two, underdesigned, { a: [1], b: [1, 1, 1, 1] })).toThrow(
      /distribution.a has 1 weights; there are 4 codes/,
    );
    expect(() => errorMetrics(two, underdesigned, { joint: exactTable(two).map(() => 0) })).toThrow(
      /no weight above 0/,
    );
    expect(() => errorMetrics(two, underdesigned, { a: [1, -1, 0, 0], b: [1, 1, 1, 1] })).toThrow(
      /weight -1 for code 1/,
    );
  });
});
