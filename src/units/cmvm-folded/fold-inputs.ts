/** A group of inputs per cycle: every output is a dot product with the weights of the group that enters, accumulated. */

import { array, bit, component, sint, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { digitDot } from '../recoded-dot/unit.js';
import {
  correctionOf,
  digitsOfPhase,
  operands,
  operandType,
  operandWidth,
  outputWidth,
  phaseWidth,
  weightWidthOf,
} from './lanes.js';
import { foldCycles, inGroups } from './model.js';
import type { CmvmFoldedParams } from './unit.js';

/** The weights of the phase are looked up, while the inputs wait. */
const LOOK_UP_CYCLES = 1;
const ADD_CYCLES = 1;

export const foldInputs = (params: CmvmFoldedParams) => {
  const { name, matrix, fold } = params;
  const { perCycle } = fold;
  const cycles = foldCycles(matrix, fold);
  const weightWidth = weightWidthOf(matrix);
  const actWidth = operandWidth(params);
  const dot = digitDot({ products: perCycle, actWidth, weightWidth });
  const widths = matrix.map((row) => outputWidth([row], params));
  const sumCycles = LOOK_UP_CYCLES + dot.latencyCycles;
  const unit = component(
    name,
    {
      in: { x: array(perCycle, operandType(params)), in_valid: bit },
      out: { y: widths.map((width) => sint(width)), out_valid: bit },
      parameters: { inputs: matrix[0]?.length ?? 0, outputs: matrix.length, perCycle },
    },
    ({ x, in_valid }, m) => {
      const { phase, isLast } = phaseCounter(m, in_valid, cycles);
      const act = m.pipe('act', operands(x, actWidth));
      const valid = m.pipe('valid', in_valid, { stages: sumCycles, reset: 0 });
      const first = m.pipe('first', phase.eq(0), { stages: sumCycles });
      const done = m.pipe('done', in_valid.and(isLast), { stages: sumCycles + ADD_CYCLES, reset: 0 });
      const { sum: sums } = m.regs({ sum: widths.map((width) => sint(width)) }, { reset: false });
      sums.forEach((sum, output) => {
        const row = matrix[output] ?? [];
        const groups = inGroups(row, perCycle);
        const digits = act.map((_, lane) => {
          const weights = groups.map((group) => group[lane] ?? 0);
          return digitsOfPhase(m, `digits_${output}_${lane}`, phase, weights, weightWidth);
        });
        const { sum: part } = dot.component(`dot_${output}`, { act, digits });
        const correction = correctionOf(groups.flat(), weightWidth);
        const start = m.constant(sint(sum.width), BigInt.asIntN(sum.width, correction));
        m.when(valid, () => {
          sum.next = first.mux(start, sum).add(part).wrap(sum.width);
        });
      });
      return { y: sums, out_valid: done };
    },
  );
  return { component: unit, latencyCycles: sumCycles + ADD_CYCLES };
};

/** Index of the group that enters. */
const phaseCounter = (m: ModuleBuilder, entering: UInt, cycles: number): { phase: UInt; isLast: UInt } => {
  const { phase } = m.regs({ phase: uint(phaseWidth(cycles)) });
  const isLast = phase.eq(cycles - 1);
  m.when(entering, () => {
    phase.next = isLast.not().mux(phase.add(1).wrap(phase.width), 0);
  });
  return { phase, isLast };
};
