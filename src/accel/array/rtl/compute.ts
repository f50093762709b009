/** The array itself: a dot product per column and cycle, from ternary or from integer PEs, and one accumulator per column. */

import {
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SignalOf,
  type SInt,
  type UInt,
} from '../../../hdl/index.js';
import { intDot, ternaryDot } from '../../../units/index.js';
import type { ArrayConfig } from '../config.js';
import { intParams, maxTreeCycles, ternaryParams } from '../pipeline.js';

type Operand = ReturnType<typeof sint>;
type Bit = typeof bit;

/** The inputs of the units that this array has; a unit that no layer needs has none. */
type ComputeInputs = {
  readonly valid: Bit;
  readonly first: Bit;
  readonly ternary_act?: readonly Operand[];
  readonly ternary_weight?: readonly (readonly ReturnType<typeof uint>[])[];
  readonly int_act?: readonly (readonly Operand[])[];
  readonly int_weight?: readonly (readonly Operand[])[];
  /** Only where there is a choice. */
  readonly use_ternary?: Bit;
  readonly use_max?: Bit;
  readonly smallest?: Operand;
};

const computeInputs = ({ geometry, products, widths, features }: ArrayConfig): ComputeInputs => {
  const operand = sint(widths.operand);
  const perLane = (type: Operand): readonly (readonly Operand[])[] =>
    array(geometry.columns, array(products, type));
  return {
    valid: bit,
    first: bit,
    ...(features.ternary
      ? {
          ternary_act: array(geometry.rows, operand),
          ternary_weight: array(geometry.columns, array(geometry.rows, uint(2))),
        }
      : {}),
    ...(features.int || features.max
      ? { int_act: perLane(operand), int_weight: perLane(sint(widths.intWeight)) }
      : {}),
    ...(features.ternary && features.int ? { use_ternary: bit } : {}),
    ...(features.max ? { use_max: bit, smallest: operand } : {}),
  };
};

/** Marks of the operands that enter in the same cycle; `acc` shows a result engineCycles + 1 cycles after its last operands. */
export const computeArray = (config: ArrayConfig) => {
  const accumulators = array(config.geometry.columns, sint(config.widths.acc));
  return component(
    'compute_array',
    { in: computeInputs(config), out: { acc: accumulators } },
    (inputs, m) => {
      const { ternary_act, ternary_weight, int_act, int_weight } = inputs;
      m.unused(
        ...[ternary_act, int_act, int_weight, ternary_weight].filter((signals) => signals !== undefined),
      );
      const marks = lateMarks(m, config, inputs);
      const { kept: acc } = m.regs({ kept: accumulators }, { reset: false });
      const sums = columnSums(m, config, inputs, marks.ternary);
      const greatest =
        int_act === undefined || int_weight === undefined || inputs.smallest === undefined
          ? undefined
          : maxColumns(m, config, int_act, int_weight, inputs.smallest);
      m.when(marks.valid, () => {
        acc.forEach((register, column) => {
          const sum = sums[column] ?? m.constant(sint(config.widths.acc), 0);
          const added = marks.first.mux(sum, register.add(sum).wrap(register.width)).wrap(register.width);
          const tap = greatest?.[column];
          if (tap === undefined || marks.max === undefined) {
            register.next = added;
            return;
          }
          const kept = marks.first.or(tap.gt(register)).mux(tap.wrap(register.width), register);
          register.next = marks.max.mux(kept, added);
        });
      });
      return { acc };
    },
  );
};

type ComputeSignals = SignalOf<ComputeInputs>;

interface LateMarks {
  readonly valid: UInt;
  readonly first: UInt;
  readonly ternary: UInt | undefined;
  readonly max: UInt | undefined;
}

/** The marks, delayed to the cycle in which the units show the sum of the operands that came with them. */
const lateMarks = (
  m: ModuleBuilder,
  config: ArrayConfig,
  { valid, first, use_ternary, use_max }: ComputeSignals,
): LateMarks => {
  const stages = config.pipeline.engineCycles;
  return {
    valid: m.pipe('valid_late', valid, { stages, reset: 0 }),
    first: m.pipe('first_late', first, { stages }),
    ternary: use_ternary === undefined ? undefined : m.pipe('ternary_late', use_ternary, { stages }),
    max: use_max === undefined ? undefined : m.pipe('max_late', use_max, { stages }),
  };
};

/** Sum of products per column, from the unit that `useTernary` names; empty where a network only keeps greatest values. */
const columnSums = (
  m: ModuleBuilder,
  config: ArrayConfig,
  inputs: ComputeSignals,
  useTernary: UInt | undefined,
): readonly SInt[] => {
  const { ternary_act, ternary_weight, int_act, int_weight } = inputs;
  const ternary =
    ternary_act === undefined || ternary_weight === undefined
      ? []
      : ternaryColumns(m, config, ternary_act, ternary_weight);
  const int =
    int_act === undefined || int_weight === undefined || !config.features.int
      ? []
      : intColumns(m, config, int_act, int_weight);
  if (useTernary === undefined) return ternary.length > 0 ? ternary : int;
  return int.map((sum, column) => useTernary.mux(ternary[column] ?? sum, sum));
};

const delayed = (m: ModuleBuilder, name: string, value: SInt, stages: number): SInt =>
  stages === 0 ? value : m.pipe(name, value, { stages });

const ternaryColumns = (
  m: ModuleBuilder,
  config: ArrayConfig,
  act: readonly SInt[],
  weight: readonly (readonly UInt[])[],
): readonly SInt[] => {
  const unit = ternaryDot(ternaryParams(config));
  return weight.map((codes, column) => {
    const { sum } = unit.component(`ternary_column_${column}`, { act, weight: codes });
    return delayed(m, `ternary_sum_${column}`, sum, config.pipeline.engineCycles - unit.latencyCycles);
  });
};

const intColumns = (
  m: ModuleBuilder,
  config: ArrayConfig,
  act: readonly (readonly SInt[])[],
  weight: readonly (readonly SInt[])[],
): readonly SInt[] => {
  const unit = intDot(intParams(config));
  return weight.map((weights, column) => {
    const { sum } = unit.component(`int_lane_${column}`, { act: act[column] ?? [], weight: weights });
    return delayed(m, `int_sum_${column}`, sum, config.pipeline.engineCycles - unit.latencyCycles);
  });
};

/** Greatest of the taps whose weight is not 0. */
const maxColumns = (
  m: ModuleBuilder,
  config: ArrayConfig,
  act: readonly (readonly SInt[])[],
  weight: readonly (readonly SInt[])[],
  smallest: SInt,
): readonly SInt[] =>
  act.map((values, column) => {
    let level = values
      .slice(0, config.taps)
      .map((value, tap): SInt => weight[column]?.[tap]?.ne(0).mux(value, smallest) ?? value);
    const cycles = maxTreeCycles(config.taps);
    for (let stage = 1; stage <= cycles; stage++) {
      const pairs = Array.from(
        { length: Math.ceil(level.length / 2) },
        (_, index) => [level[2 * index], level[2 * index + 1]] as const,
      );
      level = pairs.flatMap(([a, b], index) => {
        if (a === undefined) return [];
        const larger = b === undefined ? a : a.gt(b).mux(a, b);
        return [m.pipe(`max_${column}_${stage}_${index}`, larger)];
      });
    }
    const [greatest] = level;
    if (greatest === undefined) throw new RangeError('a window has taps');
    return delayed(m, `greatest_late_${column}`, greatest, config.pipeline.engineCycles - cycles);
  });
