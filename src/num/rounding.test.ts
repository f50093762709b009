import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiplyGemmlowp, roundHalfEven, roundShift, type RoundingMode } from './rounding.js';

const modes: readonly RoundingMode[] = ['halfUp', 'halfAwayFromZero', 'halfEven'];
const limit = 2 ** 53 - 1;

/** Any integer a double holds exactly, ties and powers of two favoured. */
const numerator = fc.oneof(
  fc.integer({ min: -limit, max: limit }),
  fc.integer({ min: -1000, max: 1000 }),
  fc
    .tuple(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), fc.integer({ min: 0, max: 32 }))
    .map(([k, e]) => k * 2 ** e),
);

function exactly(n: bigint, shift: number, mode: RoundingMode): bigint {
  const divisor = 1n << BigInt(shift);
  const below = n >= 0n ? n / divisor : -((-n + divisor - 1n) / divisor);
  const twice = 2n * (n - below * divisor);
  if (twice < divisor) return below;
  if (twice > divisor) return below + 1n;
  if (mode === 'halfUp') return below + 1n;
  if (mode === 'halfEven') return below % 2n === 0n ? below : below + 1n;
  return n > 0n ? below + 1n : below;
}

test.each(modes)('roundShift %s equals the BigInt definition over the whole exact range', (mode) => {
  fc.assert(
    fc.property(numerator, fc.integer({ min: 0, max: 52 }), (n, shift) => {
      expect(BigInt(roundShift(n, shift, mode))).toBe(exactly(BigInt(n), shift, mode));
    }),
    { numRuns: 2000 },
  );
});

test('ties by hand', () => {
  const ties = [-5, -3, -1, 1, 3, 5];
  expect(ties.map((n) => roundShift(n, 1, 'halfUp') + 0)).toEqual([-2, -1, 0, 1, 2, 3]);
  expect(ties.map((n) => roundShift(n, 1, 'halfAwayFromZero'))).toEqual([-3, -2, -1, 1, 2, 3]);
  expect(ties.map((n) => roundShift(n, 1, 'halfEven') + 0)).toEqual([-2, -2, 0, 0, 2, 2]);
});

test('roundHalfEven of reals', () => {
  const values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 1e15 + 0.5, -7.3];
  expect(values.map((v) => roundHalfEven(v) + 0)).toEqual([-2, -2, 0, 0, 2, 2, 0, 1e15, -7]);
});

/** TFLite's two steps as its C++ writes them, in BigInt. */
function gemmlowp(value: bigint, multiplier: bigint, shift: number): bigint {
  const left = Math.max(0, 31 - shift);
  const right = Math.max(0, shift - 31);
  const product = (value << BigInt(left)) * multiplier;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  const high = (product + nudge) / (1n << 31n);
  const mask = (1n << BigInt(right)) - 1n;
  const rest = high & mask;
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n);
  return (high >> BigInt(right)) + (rest > threshold ? 1n : 0n);
}

test('multiplyGemmlowp equals the C++ steps', () => {
  const cases = fc
    .record({ shift: fc.integer({ min: 25, max: 47 }), multiplier: fc.integer({ min: 0, max: 2 ** 31 - 1 }) })
    .chain((c) => {
      const most = 2 ** (31 - Math.max(0, 31 - c.shift)) - 1;
      return fc.record({
        ...{ shift: fc.constant(c.shift), multiplier: fc.constant(c.multiplier) },
        value: fc.integer({ min: -most, max: most }),
      });
    });
  fc.assert(
    fc.property(cases, ({ value, multiplier, shift }) => {
      expect(BigInt(multiplyGemmlowp(value, multiplier, shift))).toBe(
        gemmlowp(BigInt(value), BigInt(multiplier), shift),
      );
    }),
    { numRuns: 2000 },
  );
});
