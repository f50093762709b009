/** One column of ternary PEs as a chain for iCE40: an adder row per PE, and hardly a LUT besides. */
import { array, component, sint, uint, type SInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { sumWidthOf } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { gatedRegister } from '../fused-row/gated-register.js';

export interface TernaryChainParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  /** 1 to 64. */
  readonly actWidth: number;
}

/**
 * sum = Σ ±act or 0 for codes of `ternaryChainCodes`, exact up to `ternaryChainCorrection`; row i enters i cycles after row 0, the
 * sum leaves `latencyCycles` after row 0. The codes hold still. A row's activation enters a register that is held at 0 where
 * the weight is 0; the LUTs of the adder complement the new partial sum where the sign changes between rows. Free running, no
 * reset. @throws UnitParameterError
 */
export const ternaryChain = ({ rows, actWidth }: TernaryChainParams) => {
  requireInteger('ternaryChain', 'rows', rows, 1, 64);
  requireInteger('ternaryChain', 'actWidth', actWidth, 1, 64);
  const sumWidth = partialWidth(rows, actWidth);
  const unit = component(
    `ternary_chain_r${rows}_a${actWidth}`,
    {
      in: { act: array(rows, sint(actWidth)), code: array(rows, uint(2)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth },
    },
    ({ act, code }, m) => {
      let partial: SInt | undefined;
      act.forEach((value, row) => {
        const [leaveOut, complement] = [code[row]?.bit(0), code[row]?.bit(1)];
        if (leaveOut === undefined || complement === undefined) return;
        if (partial === undefined) {
          // As late as the terms of the other rows; columns of an array share this register.
          const held = m.pipe('act_0_q', value);
          partial = gatedRegister(m, 'sum_0', complement.mux(held.not(), held), leaveOut);
        } else {
          const term = gatedRegister(m, `term_${row}`, value, leaveOut);
          const sum = partial.add(term).wrap(partialWidth(row + 1, actWidth));
          partial = m.pipe(`sum_${row}`, complement.mux(sum.not(), sum));
        }
      });
      if (partial === undefined) throw new RangeError('a chain has at least one row');
      return { sum: partial };
    },
  );
  return { component: unit, latencyCycles: rows + 1, rowSkewCycles: 1, sumWidth };
};

/** Bits of a partial sum of `rows` rows: -n * 2^(a-1) .. n * 2^(a-1) - 1 is closed under the complement. */
export const partialWidth = (rows: number, actWidth: number): number =>
  sumWidthOf(rows, typeRange(true, actWidth));
