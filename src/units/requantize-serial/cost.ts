/** LUTs and registers of `requantizeSerial`, within a twentieth of synthesis (test/requantizer-costs.test.ts). */
import { unsignedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { sumWidthOf, type RequantizeSerialParams } from './unit.js';

/**
 * A bit of the sum: an adder, a subtracter and two choices; a bit of acc: with the multiplier's bit and its complement; a bit of
 * the result: saturated, compared and chosen twice, plus the zero point. What carry cells of ECP5 save by inverting they lose
 * by coming in pairs: both families take the same.
 */
export const requantizeSerialCost = (params: RequantizeSerialParams): UnitCost => {
  const { accWidth, multiplierWidth, shiftMax, resultWidth, ties } = params;
  const sum = sumWidthOf(params);
  const counter = unsignedWidth(BigInt(shiftMax));
  const signCopies = Math.max(0, sum - resultWidth);
  // Whether the result is at most 0, and a row that takes 1 from it.
  const tieLuts = ties ? Math.ceil((7 * resultWidth) / 3) + 8 : 0;
  return {
    luts:
      4 * sum +
      2 * accWidth +
      multiplierWidth +
      Math.ceil((2 * signCopies) / 3) +
      8 * resultWidth +
      Math.ceil(1.5 * counter) +
      tieLuts,
    registers: sum + multiplierWidth + counter + 3 * resultWidth + handshakeRegisters + (ties ? 3 : 0),
  };
};

/** `busy` and the four cycles of `done`. */
const handshakeRegisters = 5;
