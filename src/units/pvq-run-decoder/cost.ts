/** LUTs and registers of `pvqRunDecoder` from its parameters, within a tenth of synthesis (test/pvq.test.ts). */
import { signedWidth, unsignedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import type { PvqRunDecoderParams } from './unit.js';

export const pvqRunDecoderCost = (
  { length, pulses }: PvqRunDecoderParams,
  family: 'ice40' | 'ecp5',
): UnitCost => {
  const place = unsignedWidth(BigInt(length - 1));
  const left = unsignedWidth(BigInt(pulses));
  const element = signedWidth({ lo: BigInt(-pulses), hi: BigInt(pulses) });
  // iCE40 needs fewer, as its carry chains need not be even.
  const luts = 3 * (place + left + element) - (family === 'ice40' ? 8 : 3);
  return { luts, registers: 2 * place + left + element + 1 };
};
