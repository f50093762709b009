/** Integer columns with one multiplier cell per PE. */
import { mult18x18d, sbMac16MultiplyAdd } from '../../cells/index.js';
import { bit, cat, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
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
 * follow each other by a cycle. The accumulator works in two halves, a cycle apart: its carry chain limits up5k's clock.
 * Signed weights and activations of 2 to 16 bits. @throws UnitParameterError
 */
export const mac16Chain = (weightWidth: number): PeKind => {
  requireInteger('mac16Chain', 'weightWidth', weightWidth, 2, 16);
  const widthFor = (rows: number, actWidth: number): number =>
    sumWidthOf(rows, productRange(weightWidth)(actWidth));
  return {
    ...exactKind(weightWidth),
    name: `mac16_chain${weightWidth}`,
    timing: ({ rows, actWidth }) => {
      requireInteger('mac16Chain', 'actWidth', actWidth, 2, 16);
      const sumWidth = widthFor(rows, actWidth);
      if (sumWidth > 32)
        throw new UnitParameterError('mac16Chain', 'rows', `make sums of ${sumWidth} bits; a cell holds 32`);
      return { latencyCycles: rows, rowSkewCycles: 1, accumulatorCycles: 2 };
    },
    columnSums: ({ rows, act, weight, actWidth }, m) => {
      const cell = sbMac16MultiplyAdd({ signed: true });
      return weight.map((codes, column) => {
        let sum: SInt = m.constant(sint(32), 0);
        act.forEach((a, row) => {
          const b = codes[row];
          if (b !== undefined) sum = cell(`mac_${row}_${column}`, { a, b: b.asSint(), c: sum }).sum;
        });
        const total = sum.wrap(widthFor(rows, actWidth));
        return {
          sum: total,
          accumulator: (clear, width, name) => splitAccumulator(m, { total, clear, width, name }),
        };
      });
    },
  };
};

interface Accumulation {
  readonly total: SInt;
  readonly clear: UInt;
  readonly width: number;
  readonly name: string;
}

/** acc += total, wrapped to `width`; the upper half adds the carry of the lower one a cycle later. */
const splitAccumulator = (m: ModuleBuilder, { total, clear, width, name }: Accumulation): SInt => {
  const split = Math.ceil(width / 2);
  const addend = total.wrap(width);
  const { [`${name}_low`]: low, [`${name}_high`]: high } = m.regs(
    { [`${name}_low`]: uint(split + 1), [`${name}_high`]: uint(width - split) },
    { reset: false },
  );
  if (low === undefined || high === undefined) throw new RangeError(`no registers ${name}`);
  const kept = low.bits(split - 1, 0);
  const one = m.constant(bit, 1);
  const clearHigh = m.pipe(`${name}_clear`, clear);
  const addendHigh = m.pipe(`${name}_addend`, addend.asUint().bits(width - 1, split));
  m.when(clear, () => {
    low.next = 0;
  }).otherwise(() => {
    low.next = kept.add(addend.asUint().bits(split - 1, 0)).wrap(split + 1);
  });
  m.when(clearHigh, () => {
    high.next = 0;
  }).otherwise(() => {
    // A bit below the halves makes the carry.
    high.next = cat(high, one)
      .add(cat(addendHigh, low.bit(split)))
      .wrap(width - split + 1)
      .bits(width - split, 1);
  });
  return cat(high, m.pipe(`${name}_low_q`, kept)).asSint();
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
