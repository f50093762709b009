/** A bound on the LUTs of `approxMultiplier` without DSP cells (test/table-costs.test.ts holds synthesis below it). */
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { keptProducts } from './kept-products.js';
import { fractionBitsOf } from './model.js';
import { isDirect, quartersOf, type ApproxKind, type ApproxMultiplierParams } from './parameters.js';
import { approxProductType } from './product-type.js';
import { productTypeOf, tableRange, type TableOperands } from './table.js';
import { tableLogicChoices } from './table-logic.js';

/**
 * At most, on both families: a LUT per choice of a table's diagram or gate of a netlist; three per kept partial product (it and
 * a full adder); what is drawn per bit of the other kinds; two per bit of signed operands and product. No registers.
 */
export const approxMultiplierCost = (params: ApproxMultiplierParams): UnitCost => {
  const { width, signed } = approxProductType(params);
  const { aWidth, bWidth, aSigned = false, bSigned = false } = params;
  const signs = isDirect(params) ? 0 : 2 * (Number(aSigned) * aWidth + Number(bSigned) * bWidth);
  const ending = signed && !isDirect(params) ? 2 * width + 2 : 0;
  return { luts: magnitudeLuts(params, params) + signs + ending, registers: 0 };
};

const magnitudeLuts = (kind: ApproxKind, operands: TableOperands): number => {
  const { aWidth, bWidth } = operands;
  const width = aWidth + bWidth;
  switch (kind.kind) {
    case 'exact':
    case 'truncated':
    case 'brokenArray':
    case 'droppedProducts': {
      const { rows, addend } = keptProducts(kind, operands);
      const kept = rows.reduce((sum, row) => sum + row.toString(2).replaceAll('0', '').length, 0);
      return 3 * kept + (addend === 0n ? 2 : 2 * width);
    }
    case 'operandTrimmed':
      return 3 * (aWidth - kind.aDropped + 1) * (bWidth - kind.bDropped + 1) + 2;
    case 'logarithmic': {
      const fraction = fractionBitsOf(kind, operands);
      const exponent = bitsOf(Math.max(aWidth, bWidth)) + 1;
      // Leading ones choose fraction and exponent; sums of both; a shifter; 0 when an operand is.
      return width * (fraction + exponent) + 6 * (fraction + exponent) + (exponent + 3) * (width + fraction);
    }
    case 'iterativeLogarithmic':
      // Leading ones and rests, two products with a one-hot factor, two sums.
      return kind.terms * (3 * width + 2 * aWidth * bWidth + 4 * width);
    case 'dynamicRange': {
      const shift = bitsOf(Math.max(aWidth, bWidth)) + 1;
      const cut = [aWidth, bWidth].map((bits) => Math.max(0, bits - kind.bits) * (kind.bits + shift));
      return cut.reduce((a, b) => a + b, 3 * kind.bits ** 2 + 2 * shift + (shift + 1) * width);
    }
    case 'recursive':
      return quartersOf(kind, operands).reduce((sum, part) => {
        return sum + magnitudeLuts(part.kind, part.operands) + 2 * width;
      }, 0);
    case 'table': {
      const { width: bits } = productTypeOf(operands, tableRange(kind.table));
      return tableLogicChoices(width, kind.table, bits, bWidth);
    }
    case 'netlist':
      return kind.netlist.functions.length;
  }
};

const bitsOf = (value: number): number => Math.ceil(Math.log2(value + 1));
