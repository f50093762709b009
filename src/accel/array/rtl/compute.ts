/** The array itself: a dot product per column and cycle, from ternary or from integer PEs, and one accumulator per column. */

import { array, bit, component, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../../hdl/index.js';
import { intDot, ternaryDot } from '../../../units/index.js';
import type { ArrayConfig } from '../config.js';
import { intParams, maxTreeCycles, ternaryParams } from '../pipeline.js';

const operandInputs = (config: ArrayConfig) => {
  const { geometry, products, widths, features } = config;
  const operand = sint(widths.operand);
  const int = features.int || features.max;
  const shape = {
    ternary_act: array(geometry.rows, operand),
    ternary_weight: array(geometry.columns, array(geometry.rows, uint(2))),
    int_act: array(geometry.columns, array(products, operand)),
    int_weight: array(geometry.columns, array(products, sint(widths.intWeight))),
  };
  const { ternary_act, ternary_weight, int_act, int_weight } = shape;
  return { ...(features.ternary ? { ternary_act, ternary_weight } : {}), ...(int ? { int_act, int_weight } : {}) } as Partial<typeof shape>;
};

/** Marks of the operands that enter in the same cycle; `acc` shows a result engineCycles + 1 cycles after its last operands. */
export const computeArray = (config: ArrayConfig) => {
  const { geometry, widths, features, pipeline } = config;
  return component(
    'compute_array',
    {
      in: {
        ...operandInputs(config),
        valid: bit,
        first: bit,
        ...(features.ternary ? { use_ternary: bit } : {}),
        ...(features.max ? { use_max: bit, smallest: sint(widths.operand) } : {}),
      } as ReturnType<typeof operandInputs> & ComputeMarks,
      out: { acc: array(geometry.columns, sint(widths.acc)) },
    },
    ({ ternary_act, ternary_weight, int_act, int_weight, valid, first, use_ternary, use_max, smallest }, m) => {
      m.unused(...[ternary_act, int_act, int_weight, ternary_weight].filter((signals) => signals !== undefined));
      const late = <T extends UInt>(name: string, signal: T): T => m.pipe(name, signal, { stages: pipeline.engineCycles, ...(name === 'valid_late' ? { reset: 0 } : {}) });
      const enable = late('valid_late', valid);
      const restart = late('first_late', first);
      const chooseTernary = use_ternary === undefined ? undefined : late('ternary_late', use_ternary);
      const chooseMax = use_max === undefined ? undefined : late('max_late', use_max);
      const ternary = ternary_act === undefined || ternary_weight === undefined ? undefined : ternaryColumns(m, config, ternary_act, ternary_weight);
      const int = int_act === undefined || int_weight === undefined || !features.int ? undefined : intColumns(m, config, int_act, int_weight);
      const greatest = int_act === undefined || int_weight === undefined || smallest === undefined ? undefined : maxColumns(m, config, int_act, int_weight, smallest);
      const { kept: acc } = m.regs({ kept: array(geometry.columns, sint(widths.acc)) }, { reset: false });
      m.when(enable, () => {
        acc.forEach((register, column) => {
          const sum = sumOf(ternary?.[column], int?.[column], chooseTernary, m, widths.acc);
          const added = restart.mux(sum, register.add(sum).wrap(widths.acc));
          const tap = greatest?.[column];
          if (tap === undefined || chooseMax === undefined) {
            register.next = added.wrap(widths.acc);
            return;
          }
          const kept = restart.or(tap.gt(register)).mux(tap.wrap(widths.acc), register);
          register.next = chooseMax.mux(kept, added).wrap(widths.acc);
        });
      });
      return { acc };
    },
  );
};

type Bit = typeof bit;
type ComputeMarks = {
  readonly valid: Bit;
  readonly first: Bit;
  readonly use_ternary?: Bit;
  readonly use_max?: Bit;
  readonly smallest?: ReturnType<typeof sint>;
};

const sumOf = (ternary: SInt | undefined, int: SInt | undefined, chooseTernary: UInt | undefined, m: ModuleBuilder, width: number): SInt => {
  if (ternary !== undefined && int !== undefined && chooseTernary !== undefined) return chooseTernary.mux(ternary, int);
  return ternary ?? int ?? m.constant(sint(width), 0);
};

const delayed = (m: ModuleBuilder, name: string, value: SInt, stages: number): SInt => (stages === 0 ? value : m.pipe(name, value, { stages }));

const ternaryColumns = (m: ModuleBuilder, config: ArrayConfig, act: readonly SInt[], weight: readonly (readonly UInt[])[]): readonly SInt[] => {
  const unit = ternaryDot(ternaryParams(config));
  return weight.map((codes, column) => {
    const { sum } = unit.component(`ternary_column_${column}`, { act, weight: codes });
    return delayed(m, `ternary_sum_${column}`, sum, config.pipeline.engineCycles - unit.latencyCycles);
  });
};

const intColumns = (m: ModuleBuilder, config: ArrayConfig, act: readonly (readonly SInt[])[], weight: readonly (readonly SInt[])[]): readonly SInt[] => {
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
    let level = values.slice(0, config.taps).map((value, tap): SInt => weight[column]?.[tap]?.ne(0).mux(value, smallest) ?? value);
    const cycles = maxTreeCycles(config.taps);
    for (let stage = 1; stage <= cycles; stage++) {
      const pairs = Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => [level[2 * index], level[2 * index + 1]] as const);
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
