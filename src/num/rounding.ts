/**
 * Rounding of numerator / 2^shift to an integer, exact for |numerator| < 2^53 and 0 <= shift <= 52. Division by a power of
 * two and Math.floor are exact in doubles, so no big integers are needed; the property tests compare with BigInt.
 */

export type RoundingMode = 'halfUp' | 'halfAwayFromZero' | 'halfEven';

/** numerator / 2^shift rounded to the nearest integer, ties by `mode`. `halfUp` sends ties towards +infinity. */
export function roundShift(numerator: number, shift: number, mode: RoundingMode): number {
  const divisor = 2 ** shift;
  const below = Math.floor(numerator / divisor);
  const rest = numerator - below * divisor;
  const half = divisor / 2;
  if (rest > half) return below + 1;
  if (rest < half || shift === 0) return below;
  return tieGoesUp(below, numerator, mode) ? below + 1 : below;
}

function tieGoesUp(below: number, value: number, mode: RoundingMode): boolean {
  switch (mode) {
    case 'halfUp':
      return true;
    case 'halfAwayFromZero':
      return value > 0;
    case 'halfEven':
      return below % 2 !== 0;
  }
}

/** A real number rounded to the nearest integer, ties to even (IEEE 754, ONNX QuantizeLinear, QONNX ROUND). */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/**
 * TFLite's MultiplyByQuantizedMultiplier as its reference kernels compute it (gemmlowp, double rounding): the value is
 * shifted left where shift < 31, multiplied with saturating doubling high multiply, then divided by a rounding right
 * shift. `value` and the left-shifted value are int32, 0 <= multiplier < 2^31, real factor = multiplier / 2^shift.
 * Source: tensorflow/lite/kernels/internal/common.h, gemmlowp/fixedpoint/fixedpoint.h.
 */
export function multiplyGemmlowp(value: number, multiplier: number, shift: number): number {
  const left = Math.max(0, 31 - shift);
  const right = Math.max(0, shift - 31);
  const high = doublingHighMultiply(value * 2 ** left, multiplier);
  return roundShift(high, right, 'halfAwayFromZero');
}

/**
 * round(a * b / 2^31), saturated. gemmlowp adds a nudge of 2^30, or 1 - 2^30 for negative products, and truncates towards
 * zero; both cases equal floor((a * b + 2^30) / 2^31). The product has up to 62 bits, so `b` is split in two halves.
 */
function doublingHighMultiply(a: number, b: number): number {
  if (a === INT32_MIN && b === INT32_MIN) return INT32_MAX;
  const bHigh = Math.floor(b / 2 ** 16);
  const bLow = b - bHigh * 2 ** 16;
  const upper = a * bHigh; // in units of 2^16
  const upperQuotient = Math.floor(upper / 2 ** 15);
  const upperRest = upper - upperQuotient * 2 ** 15;
  return upperQuotient + Math.floor((upperRest * 2 ** 16 + a * bLow + 2 ** 30) / 2 ** 31);
}
