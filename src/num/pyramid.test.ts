import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pyramidBits,
  pyramidIndex,
  pyramidOf,
  pyramidSize,
  pyramidVector,
  positiveCounts,
  runsOf,
  vectorOfRuns,
  type PyramidOrder,
} from './index.js';

const orders: readonly PyramidOrder[] = ['rfc6716', 'fischer'];
const orderOf = fc.constantFrom(...orders);

/** All vectors of P(length, pulses), without the functions under test. */
const allVectors = (length: number, pulses: number): readonly (readonly number[])[] => {
  if (length === 0) return pulses === 0 ? [[]] : [];
  const firsts = Array.from({ length: 2 * pulses + 1 }, (_, i) => i - pulses);
  return firsts.flatMap((first) =>
    allVectors(length - 1, pulses - Math.abs(first)).map((rest) => [first, ...rest]),
  );
};

const digits = (vectors: string): readonly (readonly number[])[] =>
  [...vectors.matchAll(/\(([^)]*)\)/g)].map(([, vector = '']) => vector.split(',').map(Number));

describe('pyramid', () => {
  it('has the published numbers of vectors', () => {
    const row = (length: number): readonly bigint[] =>
      Array.from({ length: 9 }, (_, pulses) => pyramidSize({ length, pulses }));
    expect(row(2)).toEqual([1n, 4n, 8n, 12n, 16n, 20n, 24n, 28n, 32n]);
    expect(row(3)).toEqual([1n, 6n, 18n, 38n, 66n, 102n, 146n, 198n, 258n]);
    expect(row(4)).toEqual([1n, 8n, 32n, 88n, 192n, 360n, 608n, 952n, 1408n]);
    expect(row(5)).toEqual([1n, 10n, 50n, 170n, 450n, 1002n, 1970n, 3530n, 5890n]);
    expect(row(6)).toEqual([1n, 12n, 72n, 292n, 912n, 2364n, 5336n, 10836n, 20256n]);
    expect(row(8)).toEqual([1n, 16n, 128n, 688n, 2816n, 9424n, 27008n, 68464n, 157184n]);
    expect(pyramidSize({ length: 16, pulses: 8 })).toBe(30_316_544n);
    expect(pyramidSize({ length: 16, pulses: 16 })).toBe(148_348_809_216n);
    expect(pyramidSize({ length: 32, pulses: 8 })).toBe(7_172_939_776n);
    expect(pyramidSize({ length: 32, pulses: 16 })).toBe(4_921_911_787_962_368n);
    expect(pyramidSize({ length: 64, pulses: 16 })).toBe(265_525_958_014_053_580_800n);
    expect(pyramidSize({ length: 0, pulses: 0 })).toBe(1n);
    expect(pyramidSize({ length: 0, pulses: 3 })).toBe(0n);
  });

  it('counts as the recurrence of the numbering does, and in bits', () => {
    const sizeOf = fc.integer({ min: 0, max: 70 });
    fc.assert(
      fc.property(sizeOf, sizeOf, (length, pulses) => {
        const row = positiveCounts({ length, pulses })[length] ?? [];
        const size = pyramidSize({ length, pulses });
        if (length > 0) expect(size).toBe((row[pulses] ?? 0n) + (row[pulses + 1] ?? 0n));
        expect(pyramidBits({ length, pulses })).toBeCloseTo(Math.log2(Number(size)), 9);
      }),
    );
    const large = pyramidSize({ length: 3000, pulses: 1500 });
    const digits = large.toString(2).length - 60;
    const exact = digits + Math.log2(Number(large >> BigInt(digits)));
    expect(pyramidBits({ length: 3000, pulses: 1500 })).toBeCloseTo(exact, 7);
  });

  it('numbers the vectors of three elements and two pulses in the published orders', () => {
    const published = {
      rfc6716:
        '(2,0,0)(1,1,0)(1,0,1)(1,0,-1)(1,-1,0)(0,2,0)(0,1,1)(0,1,-1)(0,0,2)(0,0,-2)(0,-2,0)(0,-1,1)(0,-1,-1)(-2,0,0)(-1,1,0)(-1,0,1)(-1,0,-1)(-1,-1,0)',
      fischer:
        '(0,0,2)(0,0,-2)(0,1,1)(0,1,-1)(0,-1,1)(0,-1,-1)(0,2,0)(0,-2,0)(1,0,1)(1,0,-1)(1,1,0)(1,-1,0)(-1,0,1)(-1,0,-1)(-1,1,0)(-1,-1,0)(2,0,0)(-2,0,0)',
    };
    for (const order of orders) {
      const vectors = Array.from({ length: 18 }, (_, index) =>
        pyramidVector(BigInt(index), { length: 3, pulses: 2 }, order),
      );
      expect(vectors).toEqual(digits(published[order]));
    }
  });

  it.each([
    [[1, -2, 0, 1], 52n, 98n],
    [[0, 0, 0, 4], 95n, 0n],
    [[-4, 0, 0, 0], 129n, 191n],
    [[2, -1, 0, 3], 122n, 378n],
    [[0, -1, 2, 0, -3, 1, 0, 1], 98951n, 38898n],
  ])('numbers %j as published', (vector, rfc6716, fischer) => {
    expect(orders.map((order) => pyramidIndex(vector, order))).toEqual([rfc6716, fischer]);
  });

  it('numbers every vector of up to 6 elements and 5 pulses once', () => {
    for (let length = 1; length <= 6; length++)
      for (let pulses = 0; pulses <= 5; pulses++) {
        const vectors = allVectors(length, pulses);
        expect(pyramidSize({ length, pulses })).toBe(BigInt(vectors.length));
        for (const order of orders) {
          const indices = vectors.map((vector) => pyramidIndex(vector, order));
          expect(new Set(indices).size).toBe(vectors.length);
          const back = indices.map((index) => pyramidVector(index, { length, pulses }, order));
          expect(back).toEqual(vectors);
        }
      }
  });

  it('finds large vectors again, and large indices', () => {
    const large = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 48 });
    fc.assert(
      fc.property(large, orderOf, fc.bigInt({ min: 0n, max: 1n << 256n }), (drawn, order, seed) => {
        const vector = drawn.map((value) => value + 0); // never -0
        const pyramid = pyramidOf(vector);
        expect(pyramidVector(pyramidIndex(vector, order), pyramid, order)).toEqual(vector);
        const index = seed % pyramidSize(pyramid);
        const other = pyramidVector(index, pyramid, order);
        expect(pyramidOf(other)).toEqual(pyramid);
        expect(pyramidIndex(other, order)).toBe(index);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what is outside', () => {
    expect(() => pyramidVector(18n, { length: 3, pulses: 2 }, 'fischer')).toThrow(
      'index 18 is outside 0..17, the vectors of P(3, 2)',
    );
    expect(() => pyramidSize({ length: 3, pulses: -1 })).toThrow(
      'pulses of a pyramid must be an integer >= 0, not -1',
    );
    expect(() => pyramidIndex([1, 0.5], 'rfc6716')).toThrow('element 1 is no safe integer: 0.5');
  });
});

describe('runs', () => {
  it('are the values that are not zero, and give the vector back', () => {
    expect(runsOf([0, 0, -3, 1, 0])).toEqual([
      { zeros: 2, value: -3 },
      { zeros: 0, value: 1 },
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 2 })), (vector) => {
        expect(vectorOfRuns(runsOf(vector), vector.length)).toEqual(vector.map((value) => value + 0));
      }),
    );
  });

  it('refuse to end past the vector', () => {
    expect(() => vectorOfRuns([{ zeros: 3, value: 1 }], 3)).toThrow(
      "run 0 ends past the vector's 3 elements",
    );
    expect(() => vectorOfRuns([{ zeros: 1, value: 0 }], 3)).toThrow('run 0 is no run: 1 zeros before 0');
  });
});
