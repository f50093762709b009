import fc from 'fast-check';
import { expect, test } from 'vitest';
import { powerOfTwoBits } from './power-of-two.js';

test.each([
  [[], 1],
  [[0, 0], 1],
  [[1], 2],
  [[0, -8], 2],
  [[1, -2], 3],
  [[1, -4], 3],
  [[1, 8], 4],
  [[0.25, 16], 4],
  [[1, 128], 5],
])('%j: %i bits', (weights, bits) => {
  expect(powerOfTwoBits(weights)).toBe(bits);
});

test('has a code for every sign and exponent and for zero, and no bit more', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 30 }), (least, span) => {
      const codes = 2 * (span + 1) + 1;
      const bits = powerOfTwoBits([2 ** least, 0, -(2 ** (least + span))]);
      expect(2 ** bits).toBeGreaterThanOrEqual(codes);
      expect(2 ** (bits - 1)).toBeLessThan(codes);
    }),
  );
});
