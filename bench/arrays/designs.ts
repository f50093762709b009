/**
 * R x C arrays made of nomul's units, with the ports and the task of the hand-written weight-stationary baseline
 * (`wsb` of ../shared/bench/arrays/mac_arrays.py): weights shift in down the columns while `wl`, activations enter a register
 * per row and are broadcast along it, every column adds its rows and accumulates in 24 bits, cleared by `clr`.
 */

import {
  array,
  bit,
  cat,
  component,
  sint,
  uint,
  type Design,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../src/hdl/index.js';
import { intDot, recodedDot, ternaryDot, ternaryPe } from '../../src/units/index.js';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

export const actWidth = 8;
export const accWidth = 24;

export interface ArrayDesign {
  readonly design: Design;
  readonly weightWidth: number;
  /** Row i of an activation vector enters i * this many cycles after row 0. */
  readonly rowSkewCycles: number;
  /** From row 0 at port `a` to the accumulators at `y`. */
  readonly latencyCycles: number;
}

/** The sum of one column, a fixed number of cycles after its inputs. */
interface ColumnUnit {
  readonly weightWidth: number;
  readonly latencyCycles: number;
  readonly rowSkewCycles?: number;
  readonly sum: (column: number, act: readonly SInt[], weight: readonly UInt[]) => SInt;
}

/**
 * Ternary columns as `ternaryDot`: all rows of an activation vector enter in one cycle. Sums are short by the number of -1
 * weights per accumulation, which the accelerator adds in its requantizer.
 */
export const ternaryDotArray = (size: ArraySize): ArrayDesign => {
  const unit = ternaryDot({ rows: size.rows, actWidth, levelsPerStage: 1 });
  return arrayOf(size, {
    weightWidth: 2,
    latencyCycles: unit.latencyCycles,
    sum: (column, act, weight) => unit.component(`dot_${column}`, { act, weight }).sum,
  });
};

/** Ternary columns as chains of exact `ternaryPe`s: row i is needed i cycles later than row 0, as in the baseline. */
export const ternaryChainArray = (size: ArraySize): ArrayDesign =>
  arrayOf(size, {
    weightWidth: 2,
    latencyCycles: size.rows,
    rowSkewCycles: 1,
    sum: (column, act, weight) => ternaryChain(column, act, weight),
  });

const ternaryChain = (column: number, act: readonly SInt[], weight: readonly UInt[]): SInt => {
  let psum: SInt | undefined;
  act.forEach((value, row) => {
    const code = weight[row];
    if (code === undefined) return;
    // A sum of n terms of a sint(8), exactly negated, lies in -128n .. 128n.
    const width = (terms: number): number => (128 * terms).toString(2).length + 1;
    const pe = ternaryPe({
      actWidth,
      psumWidth: psum?.width ?? 1,
      resultWidth: width(row + 1),
    });
    psum = pe.component(`pe_${row}_${column}`, { psum: psum ?? 0, act: value, weight: code }).result;
  });
  if (psum === undefined) throw new RangeError('an array needs at least one row');
  return psum;
};

/** int8 columns as `intDot`, exact. */
export const intDotArray = (size: ArraySize): ArrayDesign => {
  const unit = intDot({ products: size.rows, actWidth, weightWidth: 8, levelsPerStage: 1 });
  return arrayOf(size, {
    weightWidth: 8,
    latencyCycles: unit.latencyCycles,
    sum: (column, act, weight) =>
      unit.component(`dot_${column}`, { act, weight: weight.map((code) => code.asSint()) }).sum,
  });
};

/** int8 columns as `recodedDot`: sums are short by a constant of the weights, which belongs into the requantizer. */
export const recodedDotArray = (size: ArraySize): ArrayDesign => {
  const unit = recodedDot({ products: size.rows, actWidth, weightWidth: 8, levelsPerStage: 1 });
  return arrayOf(size, {
    weightWidth: 8,
    latencyCycles: unit.latencyCycles,
    sum: (column, act, weight) =>
      unit.component(`dot_${column}`, { act, weight: weight.map((code) => code.asSint()) }).sum,
  });
};

const arrayOf = (size: ArraySize, unit: ColumnUnit): ArrayDesign => ({
  design: arrayDesign(size, unit),
  weightWidth: unit.weightWidth,
  rowSkewCycles: unit.rowSkewCycles ?? 0,
  latencyCycles: unit.latencyCycles + 2, // the registers of the activations and the accumulators
});

const arrayDesign = ({ rows, columns }: ArraySize, unit: ColumnUnit): Design =>
  component(
    'dut',
    {
      in: { wl: bit, clr: bit, a: uint(rows * actWidth), w: uint(columns * unit.weightWidth) },
      out: { y: uint(columns * accWidth) },
      parameters: { rows, columns },
    },
    ({ wl, clr, a, w }, m) => {
      const act = m.pipe(
        'act',
        Array.from({ length: rows }, (_, row) => a.bits(row * 8 + 7, row * 8).asSint()),
      );
      const { acc } = m.regs({ acc: array(columns, sint(accWidth)) }, { reset: false });
      acc.forEach((total, column) => {
        const low = column * unit.weightWidth;
        const weight = weightColumn(m, column, rows, w.bits(low + unit.weightWidth - 1, low), wl);
        const sum = unit.sum(column, act, weight);
        m.when(clr, () => {
          total.next = 0;
        }).otherwise(() => {
          total.next = total.add(sum).wrap(accWidth);
        });
      });
      const [last, ...rest] = acc.toReversed();
      if (last === undefined) throw new RangeError('an array needs at least one column');
      return { y: cat(last, ...rest) };
    },
  ).design;

const weightColumn = (
  m: ModuleBuilder,
  column: number,
  rows: number,
  first: UInt,
  load: UInt,
): readonly UInt[] => {
  const weights: UInt[] = [];
  let above = first;
  for (let row = 0; row < rows; row++) {
    above = m.pipe(`weight_${row}_${column}`, above, { enable: load });
    weights.push(above);
  }
  return weights;
};
