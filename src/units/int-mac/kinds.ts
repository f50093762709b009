/** Integer columns with one multiplier cell per PE. */
import { mult18x18d, sbMac16MultiplyAdd } from '../../cells/index.js';
import { sint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
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
 * follow each other by a cycle. Signed weights and activations of 2 to 16 bits. @throws UnitParameterError
 */
export const mac16Chain = (weightWidth: number): PeKind => {
  requireInteger('mac16Chain', 'weightWidth', weightWidth, 2, 16);
  return {
    ...exactKind(weightWidth),
    name: `mac16_chain${weightWidth}`,
    timing: ({ rows, actWidth }) => {
      requireInteger('mac16Chain', 'actWidth', actWidth, 2, 16);
      const sumWidth = sumWidthOf(rows, productRange(weightWidth)(actWidth));
      if (sumWidth > 32)
        throw new UnitParameterError('mac16Chain', 'rows', `make sums of ${sumWidth} bits; a cell holds 32`);
      return { latencyCycles: rows, rowSkewCycles: 1 };
    },
    columnSums: ({ act, weight }, m) => {
      const cell = sbMac16MultiplyAdd({ signed: true });
      return weight.map((codes, column) => {
        let sum: SInt | undefined;
        act.forEach((a, row) => {
          const b = codes[row];
          if (b !== undefined) sum = cell(`mac_${row}_${column}`, { a, b: b.asSint(), c: sum ?? 0 }).sum;
        });
        if (sum === undefined) throw new RangeError('a column has at least one row');
        const total = sum;
        return {
          sum,
          accumulator: (clear, width, name) => accumulateFirst(m, { total, clear, width, name }),
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

/** The sum first: a LUT's second input enters the carry chain, which limits up5k's clock, 70 ps later than its third. */
const accumulateFirst = (m: ModuleBuilder, { total, clear, width, name }: Accumulation): SInt => {
  const { [name]: acc } = m.regs({ [name]: sint(width) }, { reset: false });
  if (acc === undefined) throw new RangeError(`no register ${name}`);
  m.when(clear, () => {
    acc.next = 0;
  }).otherwise(() => {
    acc.next = total.add(acc).wrap(width);
  });
  return acc;
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
