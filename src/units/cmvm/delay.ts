/** How many adder levels fit a clock period. */

import type { Family } from './carry-cost.js';

/**
 * Nanoseconds of a path from register to register through `levels` adders in a row: what the register and the first net take,
 * what every level adds, what every bit of the widest carry chain adds. Fitted to figures of ../shared/research/peers.md (one ternary
 * 16 x 16 matrix, pipelined and combinational; nextpnr 0.11.1, hx8k and ecp5-85k, one seed), not measured with this unit: nets are
 * most of it, so take it for plus or minus 20 %.
 */
const DELAYS: Readonly<
  Record<Family, { readonly start: number; readonly level: number; readonly bit: number }>
> = {
  ice40: { start: 2.4, level: 1.4, bit: 0.126 },
  ecp5: { start: 1.2, level: 1.9, bit: 0.05 },
};

/** At least 1, even where one level is too slow for the clock. */
export const levelsAtClock = (family: Family, clockMHz: number, width: number): number => {
  const { start, level, bit } = DELAYS[family];
  return Math.max(1, Math.floor((1000 / clockMHz - start - bit * width) / level));
};
