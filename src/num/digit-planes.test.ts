import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedDigitPlanes } from './index.js';

const valueOf = (planes: readonly (readonly number[])[], index: number): bigint =>
  planes.reduce((total, plane) => 2n * total + BigInt(plane[index] ?? 0), 0n);

const nonZero = (planes: readonly (readonly number[])[]): number =>
  planes.flat().filter((digit) => digit !== 0).length;

/** By trying all: the fewest non-zero digits among `count` that make up each integer. */
const fewestByTrial = (count: number): ReadonlyMap<number, number> => {
  const fewest = new Map([[0, 0]]);
  for (let plane = 0; plane < count; plane++)
    for (const [value, digits] of [...fewest])
      for (const digit of [-1, 1]) {
        const sum = value + digit * 2 ** plane;
        fewest.set(sum, Math.min(fewest.get(sum) ?? Infinity, digits + 1));
      }
  return fewest;
};

describe('signedDigitPlanes', () => {
  it('gives the fewest planes, and in them the fewest digits, of every integer up to 10 bits', () => {
    for (let count = 1; count <= 10; count++) {
      const fewest = fewestByTrial(count);
      expect(fewest.size).toBe(2 ** (count + 1) - 1);
      for (const [value, digits] of fewest) {
        // The second weight makes sure of `count` planes; all ones is its only form.
        const planes = signedDigitPlanes([value, 2 ** count - 1]);
        expect(planes.length).toBe(count);
        expect(valueOf(planes, 0)).toBe(BigInt(value));
        expect(nonZero(planes)).toBe(digits + count);
      }
    }
  });

  it('sums to the weights, up to the largest', () => {
    const weight = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }));
    fc.assert(
      fc.property(fc.array(weight), (weights) => {
        const planes = signedDigitPlanes(weights);
        expect(weights.map((_, index) => valueOf(planes, index))).toEqual(weights.map(BigInt));
      }),
    );
  });

  it('saves digits where it is given more planes', () => {
    expect(signedDigitPlanes([7])).toEqual([[1], [1], [1]]);
    expect(signedDigitPlanes([7], 4)).toEqual([[1], [0], [0], [-1]]);
    expect(() => signedDigitPlanes([7], 2)).toThrow('the weights need 3 planes of digits, not 2');
  });

  it('has no planes for zeros, and refuses what is no integer', () => {
    expect(signedDigitPlanes([0, 0])).toEqual([]);
    expect(() => signedDigitPlanes([1, 0.5])).toThrow('weight 1 is no safe integer: 0.5');
  });
});
