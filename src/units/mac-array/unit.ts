/** R x C arrays of PEs of any kind: weights that stay while activations pass, or sums that stay while both pass. */
import {
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../hdl/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import { gatedRegister } from '../fused-row/gated-register.js';
import type { ColumnSum, PeKind, StreamingPe } from './kind.js';

export interface MacArrayParams {
  /** Inputs of a dot product, 1 to 64. */
  readonly rows: number;
  /** Dot products side by side, 1 to 256. */
  readonly columns: number;
  readonly kind: PeKind;
  /** Default 8. */
  readonly actWidth?: number;
  /** Default 24; accumulators wrap. */
  readonly accWidth?: number;
  readonly flow: 'weightStationary' | 'outputStationary';
}

export interface MacArraySize {
  readonly rows: number;
  readonly columns: number;
  readonly actWidth: number;
  readonly accWidth: number;
}

/**
 * weightStationary: `weight` (one code per column) shifts in down the columns while `load`, last row first. `act` (one per
 * row, `rowsPerSkew` rows at a time, the next ones `rowSkewCycles` later) enters a register and passes along its row. acc_c += the sum of column c, 0
 * `accumulatorCycles` after `clear`; a vector is in `acc` `latencyCycles` after its row 0 is at `act`.
 * outputStationary: `act` moves right, `weight` moves down, a PE a cycle: row i and column j enter i and j cycles after row and
 * column 0. A PE's accumulator holds the products that met in it, 0 after `clear`. `acc` shows the lowest row; `drain` moves the
 * sums down a row in two cycles, while all products must be 0: one to hand the sums out and clear, one to take them in, so
 * that no PE chooses between its sum and its neighbour's.
 * Sums are exact up to `kind.correction`. Free running, no reset. @throws UnitParameterError
 */
export const macArray = ({ kind, flow, actWidth = 8, accWidth = 24, rows, columns }: MacArrayParams) => {
  requireInteger('macArray', 'rows', rows, 1, 64);
  requireInteger('macArray', 'columns', columns, 1, 256);
  requireInteger('macArray', 'actWidth', actWidth, 1, 64);
  requireInteger('macArray', 'accWidth', accWidth, 2, 128);
  const size = { rows, columns, actWidth, accWidth };
  if (flow === 'weightStationary') return weightStationary(kind, size);
  if (kind.streaming === undefined)
    throw new UnitParameterError('macArray', 'kind', `${kind.name} has no output-stationary PE`);
  return outputStationary(kind.name, kind.streaming, size);
};

const weightStationary = (kind: PeKind, size: MacArraySize) => {
  const { rows, columns, actWidth, accWidth } = size;
  const { latencyCycles, rowSkewCycles, rowsPerSkew = 1, accumulatorCycles = 1 } = kind.timing(size);
  const unit = component(
    `mac_array_${kind.name}_r${rows}_c${columns}_a${actWidth}_p${accWidth}`,
    {
      in: {
        load: bit,
        clear: bit,
        act: array(rows, sint(actWidth)),
        weight: array(columns, uint(kind.weightWidth)),
      },
      out: { acc: array(columns, sint(accWidth)) },
      parameters: { rows, columns, actWidth, accWidth },
    },
    ({ load, clear, act, weight }, m) => {
      const held = m.pipe('act_q', act);
      const weights = weight.map((first, column) =>
        weightColumn(m, column, rows, kind.store?.(first) ?? first, load),
      );
      const sums = kind.columnSums({ ...size, act: held, weight: weights }, m);
      return { acc: sums.map((sum, column) => accumulate(m, `acc_${column}_q`, sum, clear, accWidth)) };
    },
  );
  // One for the registers of the activations.
  return {
    component: unit,
    latencyCycles: 1 + latencyCycles + accumulatorCycles,
    rowSkewCycles,
    rowsPerSkew,
    accumulatorCycles,
  };
};

/** Codes enter at the top and move down a row per cycle while `load`. */
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

const accumulate = (
  m: ModuleBuilder,
  name: string,
  { sum, accumulator }: ColumnSum,
  clear: UInt,
  width: number,
): SInt => {
  if (accumulator !== undefined) return accumulator(clear, width, name);
  const { [name]: acc } = m.regs({ [name]: sint(width) }, { reset: false });
  if (acc === undefined) throw new RangeError(`no register ${name}`);
  m.when(clear, () => {
    acc.next = 0;
  }).otherwise(() => {
    acc.next = acc.add(sum).wrap(width);
  });
  return acc;
};

const outputStationary = (name: string, pe: StreamingPe, size: MacArraySize) => {
  const { rows, columns, actWidth, accWidth } = size;
  const unit = component(
    `mac_array_os_${name}_r${rows}_c${columns}_a${actWidth}_p${accWidth}`,
    {
      in: {
        clear: bit,
        drain: bit,
        act: array(rows, sint(actWidth)),
        weight: array(columns, uint(pe.weightWidth)),
      },
      out: { acc: array(columns, sint(accWidth)) },
      parameters: { rows, columns, actWidth, accWidth },
    },
    ({ clear, drain, act, weight }, m) => {
      const { takingIn } = m.regs({ takingIn: bit }, { reset: false });
      const handingOut = drain.and(takingIn.not());
      takingIn.next = handingOut;
      const clearAll = clear.or(handingOut);
      let weights: readonly UInt[] = weight;
      let above: readonly (SInt | undefined)[] = weight.map(() => undefined);
      let sums: readonly SInt[] = [];
      act.forEach((first, row) => {
        let value = first;
        sums = weights.map((code, column) => {
          const inputs = { act: value, weight: code, clear: clearAll, above: above[column], accWidth };
          const sum = pe.accumulator(inputs, `pe_${row}_${column}`, m);
          // What the last column and row pass on, nobody takes.
          if (column < columns - 1) value = m.pipe(`act_${row}_${column}`, value);
          return sum;
        });
        if (row === rows - 1) return;
        weights = weights.map((code, column) => m.pipe(`weight_${row}_${column}`, code));
        above = sums.map((sum, column) => gatedRegister(m, `out_${row}_${column}`, sum, handingOut.not()));
      });
      return { acc: sums };
    },
  );
  // The last PE meets its first products rows + columns - 2 cycles after the first PE does.
  return {
    component: unit,
    latencyCycles: rows + columns - 2 + pe.latencyCycles,
    rowSkewCycles: 1,
    rowsPerSkew: 1,
    accumulatorCycles: 1,
  };
};
