/** LUTs (a bound) and registers of `signMagnitudeDot` (test/table-costs.test.ts). */
import { sumWidthOf } from '../adder-tree/tree.js';
import { approxMultiplierCost } from '../approx-multiplier/cost.js';
import { approxProductType } from '../approx-multiplier/product-type.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { treeCost } from '../table-dot/cost.js';
import { magnitudeMultiplier, termRange, type SignMagnitudeDotParams } from './unit.js';

/** At most the multipliers, a LUT per bit of a term, and the tree of `tableDotCost`; bits that are always equal share a register. */
export const signMagnitudeDotCost = (params: SignMagnitudeDotParams): UnitCost => {
  const { products, levelsPerStage = 1 } = params;
  const multiplier = magnitudeMultiplier(params);
  const termWidth = approxProductType(multiplier).width + 1;
  const tree = treeCost(products, levelsPerStage, (count) => sumWidthOf(count, termRange(params)));
  return {
    luts: products * (approxMultiplierCost(multiplier).luts + termWidth) + tree.luts,
    registers: products * termWidth + tree.registers,
  };
};
