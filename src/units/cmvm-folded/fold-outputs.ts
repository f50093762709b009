/** A group of outputs per cycle: the vector is kept, and every output slot is a dot product with the weights of its row. */

import { array, bit, component, sint, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { digitDot } from '../recoded-dot/unit.js';
import {
  constantOfPhase,
  correctionOf,
  digitsOfPhase,
  operands,
  operandType,
  operandWidth,
  outputWidth,
  phaseWidth,
  weightWidthOf,
} from './lanes.js';
import { foldCycles } from './model.js';
import type { CmvmFoldedParams } from './unit.js';

/** The vector enters its registers, the weights of the phase are looked up; at the end the correction is added. */
const HOLD_CYCLES = 1;
const LOOK_UP_CYCLES = 1;
const CORRECT_CYCLES = 1;

export const foldOutputs = (params: CmvmFoldedParams) => {
  const { name, matrix, fold } = params;
  const { perCycle } = fold;
  const cycles = foldCycles(matrix, fold);
  const inputs = matrix[0]?.length ?? 0;
  const weightWidth = weightWidthOf(matrix);
  const actWidth = operandWidth(params);
  const dot = digitDot({ products: inputs, actWidth, weightWidth });
  const slots = Array.from({ length: perCycle }, (_, slot) =>
    Array.from({ length: cycles }, (__, phase) => matrix[phase * perCycle + slot] ?? zeros(inputs)),
  );
  const widths = slots.map((rows) => outputWidth(rows, params));
  const restCycles = LOOK_UP_CYCLES + dot.latencyCycles;
  const unit = component(
    name,
    {
      in: { x: array(inputs, operandType(params)), in_valid: bit },
      out: {
        y: widths.map((width) => sint(width)),
        in_ready: bit,
        out_valid: bit,
        out_group: uint(phaseWidth(cycles)),
      },
      parameters: { inputs, outputs: matrix.length, perCycle },
    },
    ({ x, in_valid }, m) => {
      const { ready, accept, busy, phase } = sequence(m, in_valid, cycles);
      // One more register, so that the last phase still sees its vector.
      const act = m.pipe('act', m.pipe('held', operands(x, actWidth), { enable: accept }));
      const late = m.pipe('phase_late', phase, { stages: restCycles });
      const y = slots.map((rows, slot) => {
        const digits = act.map((_, lane) => {
          const weights = rows.map((row) => row[lane] ?? 0);
          return digitsOfPhase(m, `digits_${slot}_${lane}`, phase, weights, weightWidth);
        });
        const { sum } = dot.component(`dot_${slot}`, { act, digits });
        const width = widths[slot] ?? 1;
        const corrections = rows.map((row) => correctionOf(row, weightWidth));
        return m.pipe(`exact_${slot}`, sum.add(constantOfPhase(m, late, corrections, width)).wrap(width));
      });
      return {
        y,
        in_ready: ready,
        out_valid: m.pipe('valid', busy, { stages: restCycles + CORRECT_CYCLES, reset: 0 }),
        out_group: m.pipe('group', late, { stages: CORRECT_CYCLES }),
      };
    },
  );
  return { component: unit, latencyCycles: HOLD_CYCLES + restCycles + CORRECT_CYCLES };
};

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0);

/** Takes a vector when the one before is through, and counts its phases. */
const sequence = (
  m: ModuleBuilder,
  valid: UInt,
  cycles: number,
): { ready: UInt; accept: UInt; busy: UInt; phase: UInt } => {
  const { busy, phase } = m.regs({ busy: bit, phase: uint(phaseWidth(cycles)) });
  const ready = busy.not().or(phase.eq(cycles - 1));
  m.when(ready, () => {
    busy.next = valid;
    phase.next = 0;
  }).otherwise(() => {
    phase.next = phase.add(1).wrap(phase.width);
  });
  return { ready, accept: valid.and(ready), busy, phase };
};
