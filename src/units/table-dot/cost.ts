/** LUTs (a bound) and registers of `tableDot` (test/table-costs.test.ts). */
import { sumWidthOf } from '../adder-tree/tree.js';
import { approxMultiplierCost } from '../approx-multiplier/cost.js';
import { approxProductType } from '../approx-multiplier/product-type.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { multiplierOf, tableProductRange } from './product.js';
import type { TableDotParams } from './unit.js';

/**
 * At most the logic of every product, and two LUTs per bit of an adder (Yosys makes compressors of unregistered levels). A table
 * in block RAM counts as logic too: Yosys builds small ones of LUTs. Registers: of the products, and of every stage of the tree.
 */
export const tableDotCost = (params: TableDotParams): UnitCost => {
  const { products, levelsPerStage = 1 } = params;
  const multiplier = multiplierOf(params);
  const range = tableProductRange(params);
  const tree = treeCost(products, levelsPerStage, (count) => sumWidthOf(count, range));
  return {
    luts: products * approxMultiplierCost(multiplier).luts + tree.luts,
    registers: products * approxProductType(multiplier).width + tree.registers,
  };
};

/** Of a registered tree over so many terms; `widthOf`: bits of a sum of so many. */
export const treeCost = (
  terms: number,
  levelsPerStage: number,
  widthOf: (count: number) => number,
): UnitCost => {
  let [luts, registers] = [0, 0];
  let counts = Array.from({ length: terms }, () => 1);
  for (let level = 1; counts.length > 1; level++) {
    const pairs = Array.from({ length: Math.ceil(counts.length / 2) }, (_, pair) => {
      return (counts[2 * pair] ?? 0) + (counts[2 * pair + 1] ?? 0);
    });
    const bits = pairs.reduce((sum, count) => sum + widthOf(count), 0);
    luts += 2 * bits;
    if (level % levelsPerStage === 0 || pairs.length === 1) registers += bits;
    counts = pairs;
  }
  return { luts, registers };
};
