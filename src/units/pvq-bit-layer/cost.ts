/** LUTs and registers of `pvqBitLayer` from its parameters, within a tenth of synthesis (test/pvq.test.ts). */
import { addressWidth } from '../../hdl/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { sampleDepth } from './code.js';

export interface BitLayerSize {
  readonly taps: number;
  readonly sampleWidth: number;
  readonly codeWords: number;
  readonly resultWidth: number;
}

/** LUTs that fetch the code and watch over the handshake. */
const control = 15;

/**
 * With both memories in block RAM: from about 64 taps on, on ECP5 with `noLutRam`. A bit of the result is chosen in one LUT and
 * added in another; the two addresses are an adder each.
 */
export const pvqBitLayerCost = (size: BitLayerSize, family: 'ice40' | 'ecp5'): UnitCost => {
  const { sampleWidth, resultWidth } = size;
  const pointer = addressWidth(sampleDepth(size.taps));
  const counter = addressWidth(size.codeWords);
  // The sum has one more bit below, for the carry.
  const adders =
    family === 'ice40' ? [resultWidth, pointer, counter] : [resultWidth + 1, pointer, counter].map(even);
  return {
    luts: resultWidth + control + adders.reduce((sum, bits) => sum + bits, 0),
    registers: resultWidth + sampleWidth + pointer + counter + 13,
  };
};

const even = (bits: number): number => 2 * Math.ceil(bits / 2);
