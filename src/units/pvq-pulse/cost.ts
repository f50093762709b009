/** LUTs and registers of `pvqPulse` from its parameters, within a tenth of synthesis (test/pvq.test.ts). */
import { addressWidth } from '../../hdl/index.js';
import { signedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';

export interface PulseSize {
  readonly rows: number;
  readonly pulses: number;
  readonly sampleWidth: number;
}

/** With both memories in block RAM: from about 256 pulses in all and 64 samples on, on ECP5 with `noLutRam`. */
export const pvqPulseCost = (
  { rows, pulses, sampleWidth }: PulseSize,
  family: 'ice40' | 'ecp5',
): UnitCost => {
  const resultWidth = signedWidth({ lo: 0n, hi: BigInt(pulses) << BigInt(sampleWidth - 1) });
  const counter = addressWidth(rows * pulses);
  // The sum has one more bit below, for the carry.
  const adders =
    family === 'ice40'
      ? resultWidth + counter
      : 2 * Math.ceil((resultWidth + 1) / 2) + 2 * Math.ceil(counter / 2);
  return { luts: adders + sampleWidth + 10, registers: 2 * resultWidth + sampleWidth + counter + 9 };
};
