/** LUTs and registers of `intPair` beside its one DSP cell, as synthesis finds them (test/sum-costs.test.ts). */
import type { UnitCost } from '../power-of-two-dot/cost.js';
import type { IntPairParams } from './packing.js';

/**
 * SB_MAC16 holds everything. MULT18X18D: the products' registers; signed, an adder that packs the operands and one that gives
 * back what the low product borrowed, two bits to a carry cell.
 */
export const intPairCost = ({
  sharedWidth,
  factorWidth,
  signed,
  implementation,
}: IntPairParams): UnitCost => {
  if (implementation === 'sbMac16') return { luts: 0, registers: 0 };
  const productWidth = sharedWidth + factorWidth;
  const packing = 2 * Math.ceil((factorWidth + 1) / 2);
  const repayment = 2 * Math.ceil(productWidth / 2);
  return { luts: signed ? packing + repayment : 0, registers: 2 * productWidth };
};
