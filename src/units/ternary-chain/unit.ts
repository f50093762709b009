/** One column of ternary PEs as a chain: an adder row per PE, and no LUT besides. */
import { array, component, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { sumWidthOf } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { bitOf, fusedRow } from '../fused-row/ecp5.js';
import { gatedRegister } from '../fused-row/gated-register.js';
import type { ChainTarget } from './codes.js';

export interface TernaryChainParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  /** 1 to 64. */
  readonly actWidth: number;
  readonly target: ChainTarget;
}

/**
 * sum = Σ ±act or 0 for codes of `ternaryChainCodes`, exact up to `ternaryChainCorrection`; row i enters i cycles after row 0, the
 * sum leaves `latencyCycles` after row 0. The codes hold still.
 * ice40: a row's activation enters a register that is held at 0 where the weight is 0, and the adder's own LUTs complement the new
 * partial sum where the sign changes from this row to the next. ecp5: select, complement and add are one carry cell
 * (CCU2C); the sign of row 0 is left to the reader of the sum. @throws UnitParameterError
 */
export const ternaryChain = ({ rows, actWidth, target }: TernaryChainParams) => {
  requireInteger('ternaryChain', 'rows', rows, 1, 64);
  requireInteger('ternaryChain', 'actWidth', actWidth, 1, 64);
  const sumWidth = chainWidth(rows, actWidth);
  // iCE40: one more for the registers that hold what is added.
  const latencyCycles = target === 'ice40' ? rows + 1 : rows;
  const unit = component(
    `ternary_chain_${target}_r${rows}_a${actWidth}`,
    {
      in: { act: array(rows, sint(actWidth)), code: array(rows, uint(2)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth, target },
    },
    ({ act, code }, m) => {
      const link = target === 'ice40' ? turningLink : fusedLink;
      let partial: SInt | undefined;
      act.forEach((value, row) => {
        const rowCode = code[row];
        if (rowCode === undefined) return;
        if (partial === undefined) partial = firstLink(m, value, rowCode, target);
        else partial = link(m, { row, partial, value, code: rowCode, width: chainWidth(row + 1, actWidth) });
      });
      if (partial === undefined) throw new RangeError('a chain has at least one row');
      if (target === 'ecp5' && code[0] !== undefined) m.unused(code[0].bit(1));
      return { sum: partial };
    },
  );
  return { component: unit, latencyCycles, rowSkewCycles: 1, sumWidth };
};

/** Bits of a partial sum of `rows` rows: n * -2^(a-1) .. n * 2^(a-1) - 1 is closed under the complement. */
const chainWidth = (rows: number, actWidth: number): number => sumWidthOf(rows, typeRange(true, actWidth));

interface Link {
  readonly row: number;
  readonly partial: SInt;
  readonly value: SInt;
  readonly code: UInt;
  readonly width: number;
}

const firstLink = (m: ModuleBuilder, value: SInt, code: UInt, target: ChainTarget): SInt => {
  if (target === 'ecp5') return gatedRegister(m, 'sum_0', value, code.bit(0));
  // As late as the terms of the other rows; columns of an array share this register.
  const held = m.pipe('act_0_q', value);
  return gatedRegister(m, 'sum_0', code.bit(1).mux(held.not(), held), code.bit(0));
};

const turningLink = (m: ModuleBuilder, { row, partial, value, code, width }: Link): SInt => {
  const term = gatedRegister(m, `term_${row}`, value, code.bit(0));
  const sum = partial.add(term).wrap(width);
  return m.pipe(`sum_${row}`, code.bit(1).mux(sum.not(), sum));
};

const fusedLink = (m: ModuleBuilder, { row, partial, value, code, width }: Link): SInt =>
  m.pipe(
    `sum_${row}`,
    fusedRow(m, `row_${row}`, width, partial, (index) => ({
      b: bitOf(value, index),
      c: code.bit(1),
      d: code.bit(0),
    })),
  );
