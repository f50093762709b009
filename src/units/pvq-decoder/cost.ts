/** LUTs and registers of `pvqDecoder` from its parameters, within a tenth of synthesis (test/pvq.test.ts). */
import { addressWidth } from '../../hdl/index.js';
import { bitLength, pyramidSize, signedWidth, unsignedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import type { PvqDecoderParams } from './unit.js';

/**
 * With the table in block RAM: from about 256 counts on; on iCE40 up to 512, beyond which banks are multiplexed. A bit of the
 * index is compared with one of two counts, and loaded or reduced: three LUTs.
 */
export const pvqDecoderCost = (params: PvqDecoderParams): UnitCost => {
  const { length, pulses } = params;
  const index = bitLength(pyramidSize(params) - 1n);
  const address = addressWidth(length * (pulses + 2));
  const element = signedWidth({ lo: BigInt(-pulses), hi: BigInt(pulses) });
  const small = addressWidth(length) + unsignedWidth(BigInt(pulses)) + element;
  return { luts: 3 * index + 4 * address + 2 * small + 9, registers: index + address + small + 5 };
};
