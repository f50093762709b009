/** Arbitrary scales of the integer contract, with the accumulators at which something happens. */
import fc from 'fast-check';
import type { RequantizeContract } from '../requantize/model.js';
import { integerIn, sintValue } from './values.js';

/** Scales for results of `resultWidth` bits; multipliers of up to 16 bits. */
export const scaleFor = (resultWidth: number, shiftMax = 24): fc.Arbitrary<RequantizeContract> =>
  fc
    .record({
      multiplier: sintValue(16),
      addend: sintValue(28),
      shift: fc.bigInt({ min: 0n, max: BigInt(shiftMax) }),
      rounding: fc.constantFrom('halfUp' as const, 'halfEven' as const, 'halfAwayFromZero' as const),
      zeroPoint: integerIn(-8n, 8n),
      ends: fc.tuple(sintValue(resultWidth), sintValue(resultWidth)),
    })
    .map(({ ends: [a, b], ...rest }) => ({ ...rest, lo: a < b ? a : b, hi: a < b ? b : a }));

/** Random accumulators, and those whose results lie around lo, hi and the zero point (where ties and clamps are). */
export const accFor = (scale: RequantizeContract, accWidth: number): fc.Arbitrary<bigint> => {
  if (scale.multiplier === 0n) return sintValue(accWidth);
  const near = fc
    .tuple(fc.constantFrom(scale.lo, scale.hi, scale.zeroPoint), integerIn(-2n, 2n), fc.boolean())
    .map(([end, step, half]) => {
      const wanted = ((2n * (end - scale.zeroPoint + step) + (half ? 1n : 0n)) << scale.shift) / 2n;
      return BigInt.asIntN(accWidth, (wanted - scale.addend) / scale.multiplier);
    });
  return fc.oneof(sintValue(accWidth), near);
};
