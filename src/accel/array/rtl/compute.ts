/** The array itself: every engine's dot product per column and cycle, one of them chosen, one accumulator per column. */

import {
  array,
  bit,
  component,
  select,
  sint,
  uint,
  type ModuleBuilder,
  type SignalOf,
  type SInt,
  type UInt,
} from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import type { Engine } from '../engines/engine.js';
import { maxTreeCycles, memoryLead } from '../pipeline.js';
import { laneMemory, memoryNameOf } from '../weights.js';

type Operand = ReturnType<typeof sint>;
type Bit = typeof bit;
type Codes = readonly (readonly ReturnType<typeof uint>[])[];

/** Operands of the units that this array has; a choice that it does not have has no port. */
type ComputeInputs = {
  readonly valid: Bit;
  readonly first: Bit;
  /** Operands of a further plane of weights: what the accumulators hold counts twice. */
  readonly next_plane?: Bit;
  readonly dense_act?: readonly Operand[];
  readonly lane_act?: readonly (readonly Operand[])[];
  /** By memory. */
  readonly weights: Readonly<Record<string, Codes>>;
  /** Number of the engine whose sums count. */
  readonly engine?: ReturnType<typeof uint>;
  readonly use_max?: Bit;
  readonly smallest?: Operand;
};

const computeInputs = (config: ArrayConfig): ComputeInputs => {
  const { geometry, products, widths, features, engines, fields, weightMemories } = config;
  const operand = sint(widths.operand);
  const codes = ({ products: count, codeWidth }: (typeof weightMemories)[number]): Codes =>
    array(geometry.columns, array(count, uint(codeWidth)));
  return {
    valid: bit,
    first: bit,
    ...(features.planes ? { next_plane: bit } : {}),
    ...(features.dense ? { dense_act: array(geometry.rows, operand) } : {}),
    ...(features.lanes ? { lane_act: array(geometry.columns, array(products, operand)) } : {}),
    weights: Object.fromEntries(weightMemories.map((memory) => [memory.name, codes(memory)])),
    ...(engines.length > 1 ? { engine: uint(fields.engine) } : {}),
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
      m.unused(inputs);
      const marks = lateMarks(m, config, inputs);
      const { kept: acc } = m.regs({ kept: accumulators }, { reset: false });
      const sums = columnSums(m, config, inputs, marks.engine);
      const greatest = maxColumns(m, config, inputs);
      m.when(marks.valid, () => {
        acc.forEach((register, column) => {
          const sum = sums[column] ?? m.constant(sint(config.widths.acc), 0);
          const before = marks.nextPlane?.mux(register.shl(1), register).wrap(register.width) ?? register;
          const added = marks.first.mux(sum, before.add(sum).wrap(register.width)).wrap(register.width);
          const tap = greatest[column];
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
  readonly nextPlane: UInt | undefined;
  readonly engine: UInt | undefined;
  readonly max: UInt | undefined;
}

/** The marks, delayed to the cycle in which the units show the sum of the operands that came with them. */
const lateMarks = (
  m: ModuleBuilder,
  config: ArrayConfig,
  { valid, first, next_plane, engine, use_max }: ComputeSignals,
): LateMarks => {
  const stages = config.pipeline.engineCycles;
  const late = (name: string, mark: UInt | undefined): UInt | undefined =>
    mark === undefined ? undefined : m.pipe(name, mark, { stages });
  return {
    valid: m.pipe('valid_late', valid, { stages, reset: 0 }),
    first: m.pipe('first_late', first, { stages }),
    nextPlane: late('next_plane_late', next_plane),
    engine: late('engine_late', engine),
    max: late('max_late', use_max),
  };
};

/** Sum of products per column, from the engine of that number; empty where a network only keeps greatest values. */
const columnSums = (
  m: ModuleBuilder,
  config: ArrayConfig,
  inputs: ComputeSignals,
  chosen: UInt | undefined,
): readonly SInt[] => {
  const sums = config.engines.map((engine) => engineColumns(m, config, inputs, engine));
  const [only = []] = sums;
  if (chosen === undefined) return only;
  return only.map((_, column) =>
    select(
      chosen,
      sums.flatMap((columns) => columns[column] ?? []),
    ),
  );
};

const delayed = (m: ModuleBuilder, name: string, value: SInt, stages: number): SInt =>
  stages === 0 ? value : m.pipe(name, value, { stages });

const engineColumns = (
  m: ModuleBuilder,
  config: ArrayConfig,
  { dense_act = [], lane_act = [], weights }: ComputeSignals,
  engine: Engine,
): readonly SInt[] => {
  const { name, operands, products, unit } = engine;
  const memory = memoryNameOf(engine);
  const late = memoryLead(config, memory) - unit.weightLeadCycles;
  return (weights[memory] ?? []).map((word, column) => {
    const act = operands === 'dense' ? dense_act : (lane_act[column] ?? []);
    const own = word.slice(0, products);
    const codes = late === 0 ? own : m.pipe(`${name}_code_${column}`, own, { stages: late });
    const sum = unit.column(`${name}_column_${column}`, act.slice(0, products), codes);
    return delayed(m, `${name}_sum_${column}`, sum, config.pipeline.engineCycles - unit.latencyCycles);
  });
};

/** Greatest of the taps whose weight is not 0; empty without max pooling. */
const maxColumns = (m: ModuleBuilder, config: ArrayConfig, inputs: ComputeSignals): readonly SInt[] => {
  const { lane_act = [], weights, smallest } = inputs;
  if (smallest === undefined) return [];
  const lead = memoryLead(config, laneMemory);
  return lane_act.map((values, column) => {
    const counted = (weights[laneMemory]?.[column] ?? []).slice(0, config.taps).map((code) => code.ne(0));
    const mask = lead === 0 ? counted : m.pipe(`counted_${column}`, counted, { stages: lead });
    let level = values
      .slice(0, config.taps)
      .map((value, tap): SInt => mask[tap]?.mux(value, smallest) ?? value);
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
};
