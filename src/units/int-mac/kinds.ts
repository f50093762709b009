/** Integer columns with one multiplier cell per PE. */
import { mult18x18d, sbMac16MultiplyAdd } from '../../cells/index.js';
import { cat, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { typeRange, type Range } from '../../num/index.js';
import { adderTree, sumWidthOf, treeStages } from '../adder-tree/tree.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import type { PeKind } from '../mac-array/kind.js';
import { intCodes } from './codes.js';

const productRange =
  (weightWidth: number) =>
  (actWidth: number): Range => {
    const [act, weight] = [typeRange(true, actWidth), typeRange(true, weightWidth)];
    const ends = [act.lo * weight.hi, act.hi * weight.lo];
    return { lo: ends.reduce((a, b) => (b < a ? b : a)), hi: act.lo * weight.lo };
  };

const exactKind = (weightWidth: number) => ({
  weightWidth,
  productRange: productRange(weightWidth),
  encode: (weights: readonly bigint[]) => intCodes(weights, weightWidth),
  correction: () => 0n,
});

/**
 * A chain of SB_MAC16: each adds its product to the sum from the row above, inside the cell, so that rows cost no LUT and
 * follow each other by a cycle. Half of the sum's range enters at the top, so that sums are never negative and the
 * accumulator's upper half only counts carries, a cycle later. Signed weights and activations of 2 to 16 bits.
 * @throws UnitParameterError
 */
export const mac16Chain = (weightWidth: number): PeKind => {
  requireInteger('mac16Chain', 'weightWidth', weightWidth, 2, 16);
  const widthFor = (rows: number, actWidth: number): number =>
    sumWidthOf(rows, productRange(weightWidth)(actWidth));
  const half = (rows: number, actWidth: number): bigint => 1n << BigInt(widthFor(rows, actWidth) - 1);
  return {
    ...exactKind(weightWidth),
    name: `mac16_chain${weightWidth}`,
    correction: (weights, actWidth) => -half(weights.length, actWidth),
    timing: ({ rows, actWidth }) => {
      requireInteger('mac16Chain', 'actWidth', actWidth, 2, 16);
      const sumWidth = widthFor(rows, actWidth);
      if (sumWidth > 31)
        throw new UnitParameterError('mac16Chain', 'rows', `make sums of ${sumWidth} bits; a cell holds 31`);
      return { latencyCycles: rows, rowSkewCycles: 1, accumulatorCycles: 2 };
    },
    columnSums: ({ rows, act, weight, actWidth }, m) => {
      const cell = sbMac16MultiplyAdd({ signed: true });
      return weight.map((codes, column) => {
        let sum: SInt = m.constant(sint(32), half(rows, actWidth));
        act.forEach((a, row) => {
          const b = codes[row];
          if (b !== undefined) sum = cell(`mac_${row}_${column}`, { a, b: b.asSint(), c: sum }).sum;
        });
        const total = sum.asUint().bits(widthFor(rows, actWidth) - 1, 0);
        return {
          sum,
          accumulator: (clear, width, name) => splitAccumulator(m, { total, clear, width, name }),
        };
      });
    },
  };
};

interface Accumulation {
  readonly total: UInt;
  readonly clear: UInt;
  readonly width: number;
  readonly name: string;
}

/** acc += total, wrapped to `width`; the bits above the total's add the carries of those below a cycle later. */
const splitAccumulator = (m: ModuleBuilder, { total, clear, width, name }: Accumulation): SInt => {
  const split = Math.min(total.width, width);
  const { [`${name}_low`]: low, [`${name}_high`]: high } = m.regs(
    { [`${name}_low`]: uint(split + 1), [`${name}_high`]: uint(Math.max(1, width - split)) },
    { reset: false },
  );
  if (low === undefined || high === undefined) throw new RangeError(`no registers ${name}`);
  const kept = low.bits(split - 1, 0);
  const clearHigh = m.pipe(`${name}_clear`, clear);
  m.when(clear, () => {
    low.next = 0;
  }).otherwise(() => {
    low.next = kept.add(total.bits(split - 1, 0)).wrap(split + 1);
  });
  m.when(clearHigh, () => {
    high.next = 0;
  }).otherwise(() => {
    high.next = high.add(low.bit(split)).wrap(high.width);
  });
  const lowHeld = m.pipe(`${name}_low_q`, kept);
  if (width > split) return cat(high, lowHeld).asSint();
  m.unused(high);
  return lowHeld.asSint();
};

/**
 * A MULT18X18D per PE with registered operands and product, and a registered adder tree per column. Signed weights and
 * activations of 2 to 18 bits. @throws UnitParameterError
 */
export const mult18Tree = (weightWidth: number): PeKind => {
  requireInteger('mult18Tree', 'weightWidth', weightWidth, 2, 18);
  const range = productRange(weightWidth);
  return {
    ...exactKind(weightWidth),
    name: `mult18_tree${weightWidth}`,
    timing: ({ rows, actWidth }) => {
      requireInteger('mult18Tree', 'actWidth', actWidth, 2, 18);
      return { latencyCycles: 2 + treeStages(rows, 1), rowSkewCycles: 0 };
    },
    columnSums: ({ act, weight, actWidth }, m) => {
      const cell = mult18x18d({ signed: true, inputRegister: true, outputRegister: true });
      return weight.map((codes, column) => {
        const products = act.flatMap((a, row) => {
          const b = codes[row];
          if (b === undefined) return [];
          const { product } = cell(`mult_${row}_${column}`, { a, b: b.asSint() });
          return [product.wrap(actWidth + weightWidth)];
        });
        return { sum: adderTree(m, products, range(actWidth), 1, `sum_${column}`) };
      });
    },
  };
};
