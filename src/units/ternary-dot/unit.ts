/** Sum of activations, each added, subtracted or skipped: the ternary PEs of one array column. */

import { array, component, sint, uint, type SInt, type UInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { adderTree, sumWidthOf, treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';

export interface TernaryDotParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  readonly actWidth: number;
  /** Adder levels between registers, default 1: more makes Yosys merge adders into larger and slower ones (docs/units). */
  readonly levelsPerStage?: number;
}

/**
 * sum = Σ term, term = act, ~act (that is -act - 1) or 0 for weight codes 1, 3, 0. The exact dot product is
 * `sum + number of -1 weights`; that number is a constant of the weights and belongs into the requantizer's addend. So a
 * PE costs one LUT a bit to select and one a bit to add. Free running, no reset; result after `latencyCycles`.
 * @throws UnitParameterError
 */
export const ternaryDot = ({ rows, actWidth, levelsPerStage = 1 }: TernaryDotParams) => {
  requireInteger('ternaryDot', 'rows', rows, 1, 64);
  requireInteger('ternaryDot', 'actWidth', actWidth, 1, 64);
  requireInteger('ternaryDot', 'levelsPerStage', levelsPerStage, 1, 6);
  const term = typeRange(true, actWidth);
  const sumWidth = sumWidthOf(rows, term);
  const latencyCycles = Math.max(1, treeStages(rows, levelsPerStage));
  const unit = component(
    `ternary_dot_r${rows}_a${actWidth}_l${levelsPerStage}`,
    {
      in: { act: array(rows, sint(actWidth)), weight: array(rows, uint(2)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      const terms = act.flatMap((value, row) => {
        const code = weight[row];
        return code === undefined ? [] : [ternaryTerm(value, code)];
      });
      m.label({ term: terms });
      const [only] = terms;
      if (rows === 1 && only !== undefined) return { sum: m.pipe('sum_1', only) };
      return { sum: adderTree(m, terms, term, levelsPerStage) };
    },
  );
  return { component: unit, latencyCycles, sumWidth };
};

/** One LUT4 a bit: three inputs choose act, ~act or 0. */
export const ternaryTerm = (act: SInt, weight: UInt): SInt =>
  weight.bit(0).mux(weight.bit(1).mux(act.not(), act), 0);
