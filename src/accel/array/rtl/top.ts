/** The accelerator's face: a stream of pictures in, a stream of outputs out, `busy`, `error`, and optionally a configuration stream. */

import {
  bit,
  component,
  uint,
  type ModuleBuilder,
  type SignalOf,
  type UInt,
  type UIntWire,
} from '../../../hdl/index.js';
import type { ArrayConfig, ArrayPlan } from '../config.js';
import { descriptorTable } from '../images.js';
import { readCycles } from '../pipeline.js';
import { configStatus, imageLayout } from '../image.js';
import { activationMemory, writePort } from './activation-memory.js';
import { computeArray } from './compute.js';
import { configLoader } from './config-loader.js';
import { descriptorFetch } from './descriptor-fetch.js';
import { inputLoader } from './input-loader.js';
import { operandSelect } from './operands.js';
import { outputQueue } from './output-queue.js';
import { sequencer } from './sequencer.js';
import { beatBits, type ReloadBus } from './reload.js';
import { log2Ceil, type operandMarks } from './shapes.js';
import { weightMemory } from './weight-memory.js';
import { writeSide } from './write-side.js';

/** Bits of the weight address: of the deepest memory. */
const weightAddressWidth = ({ weights }: ArrayPlan): number =>
  log2Ceil(Math.max(2, ...weights.memories.map(({ depth }) => depth)));

export const arrayTop = (plan: ArrayPlan) => {
  const { config } = plan;
  const { geometry } = config;
  const units = makeUnits(plan);
  return component(
    config.name,
    {
      in: {
        in: { payload: uint(config.input.bits), valid: bit, last: bit },
        out_ready: bit,
        ...configInputs(config),
      },
      out: {
        in_ready: bit,
        out: { payload: uint(config.output.bits), valid: bit, last: bit },
        busy: bit,
        error: bit,
        ...configOutputs(config),
      },
      parameters: {
        network: plan.network.name,
        array: `${geometry.rows}x${geometry.columns}`,
        lanes: geometry.lanes,
        taps: config.taps,
        engines: config.engines.map(({ name }) => name).join(' '),
        laneProducts: geometry.columns * config.products,
        requantizers: config.requantizers,
      },
    },
    ({ in: input, out_ready, cfg }, m) => {
      const wires = m.wires({
        input_full: bit,
        output_space: bit,
        take: bit,
        release_input: bit,
        write: writePort(config),
      });
      const tick = ticks(m, config);
      const { idle } = m.wires({ idle: bit });
      const loaded = cfg === undefined ? undefined : units.configLoader?.('config_loader_0', { cfg, idle });
      const reload = loaded === undefined ? {} : { reload: loaded.bus };
      if (loaded === undefined) m.unused(idle);
      const fetch = units.fetch('fetch', { take: wires.take, restart: loaded?.restart ?? 0, ...reload });
      const walk = units.sequencer('sequencer_0', {
        tick,
        next: fetch.next,
        next_ready: fetch.ready,
        input_full: wires.input_full,
        output_space: wires.output_space,
      });
      wires.take.value = walk.take;
      wires.release_input.value = walk.release_input;

      const memory = units.memory('activations', { address: walk.issue.address, write: wires.write });
      const marks = m.pipe('read_marks', walk.issue.operand, { stages: readCycles(config.options) });
      const operands = units.operands('operands', { words: memory.words, marks });
      const acc = compute(m, plan, units, walk.issue, operands, marks, reload);
      const { resultCycles } = config.pipeline;
      const result = m.pipe('result', walk.issue.result, { stages: resultCycles - 1, reset: 0 });
      const resultAt = m.pipe('result_marks', walk.issue.result_marks, { stages: resultCycles - 1 });
      const side = units.writeSide('write_side_0', {
        result,
        marks: resultAt,
        acc,
        layer: walk.write_side,
        ...reload,
      });

      const writing = side.write.banks.reduce((any, bank) => any.or(bank));
      const grant = config.interval === 2 ? writing.not().and(tick) : writing.not();
      const loader = units.loader('loader', {
        in: input,
        grant,
        freed: wires.release_input,
        accept: loaded === undefined ? 1 : loaded.wants.not().and(loaded.usable),
      });
      wires.input_full.value = loader.full;
      driveWrite(wires.write, writing, side.write, loader.write);

      const queue = units.queue('queue_0', { finished: side.finished, out_ready });
      wires.output_space.value = queue.space;
      const { computing } = m.regs({ computing: bit });
      m.when(walk.take, () => {
        computing.next = 1;
      }).elseWhen(side.finished.valid, () => {
        computing.next = 0;
      });
      const busy = loader.loading.or(loader.full).or(walk.walking).or(computing).or(queue.idle.not());
      idle.value = busy.not();
      const failed =
        loaded === undefined ? loader.error : loader.error.or(loaded.cfg_status.ge(configStatus.refused));
      return {
        in_ready: loader.in_ready,
        out: queue.out,
        busy,
        error: failed,
        ...(loaded === undefined ? {} : { cfg_ready: loaded.cfg_ready, cfg_status: loaded.cfg_status }),
      };
    },
  );
};

/** The configuration stream, where there is one. */
const configInputs = ({ options }: ArrayConfig): { readonly cfg?: typeof cfgShape } =>
  options.reloadable ? { cfg: cfgShape } : {};
const cfgShape = { payload: uint(beatBits), valid: bit, last: bit } as const;
const configOutputs = ({
  options,
}: ArrayConfig): { readonly cfg_ready?: typeof bit; readonly cfg_status?: ReturnType<typeof uint> } =>
  options.reloadable ? { cfg_ready: bit, cfg_status: uint(3) } : {};

const makeUnits = (plan: ArrayPlan) => {
  const { config, weights } = plan;
  const weightWidth = weightAddressWidth(plan);
  return {
    fetch: descriptorFetch(config, descriptorTable(plan)),
    sequencer: sequencer(config, weightWidth),
    memory: activationMemory(config),
    operands: operandSelect(config),
    weights: weights.memories.map((memory) => ({
      name: memory.name,
      memory: weightMemory(config, memory, weightWidth),
    })),
    compute: computeArray(config),
    writeSide: writeSide(config, plan.parameters),
    loader: inputLoader(config),
    queue: outputQueue(config),
    ...(config.options.reloadable ? { configLoader: configLoader(imageLayout(plan)) } : {}),
  };
};
type Units = ReturnType<typeof makeUnits>;

/** 1 in every cycle, or in every other cycle with single-port memory. */
const ticks = (m: ModuleBuilder, { interval }: ArrayConfig): UInt => {
  if (interval === 1) return m.constant(bit, 1);
  const { phase } = m.regs({ phase: bit });
  phase.next = phase.not();
  return phase.not();
};

type Issue = ReturnType<Units['sequencer']>['issue'];
type Operands = ReturnType<Units['operands']>;

interface Reload {
  readonly reload?: ReloadBus;
}

/** Weights beside operands, three cycles after the issue; the accumulators. */
const compute = (
  m: ModuleBuilder,
  { config }: ArrayPlan,
  units: Units,
  issue: Issue,
  operands: Operands,
  marks: SignalOf<ReturnType<typeof operandMarks>>,
  reload: Reload,
) => {
  const { features, engines } = config;
  const { operandCycles } = config.pipeline;
  const stages = operandCycles - 1;
  const late = m.pipe('operand_marks', { engine: marks.engine, max: marks.max, smallest: marks.padValue });
  m.unused(late, issue, marks);
  const weights = Object.fromEntries(
    units.weights.map(({ name, memory }) => [
      name,
      memory(`${name}_weights_0`, { address: issue.weight, ...reload }).weight,
    ]),
  );
  return units.compute('array', {
    ...(operands.dense === undefined ? {} : { dense_act: operands.dense }),
    ...(operands.lanes === undefined ? {} : { lane_act: operands.lanes }),
    weights,
    valid: m.pipe('operand_valid', issue.valid, { stages, reset: 0 }),
    first: m.pipe('operand_first', issue.first, { stages }),
    ...(issue.next_plane === undefined
      ? {}
      : { next_plane: m.pipe('operand_next_plane', issue.next_plane, { stages }) }),
    ...(engines.length > 1 ? { engine: late.engine } : {}),
    ...(features.max ? { use_max: late.max, smallest: late.smallest } : {}),
  }).acc;
};

type Write = SignalOf<ReturnType<typeof writePort>>;
interface WriteWires {
  readonly banks: readonly UIntWire[];
  readonly address: UIntWire;
  readonly data: readonly UIntWire[];
  readonly lanes: readonly UIntWire[];
}

/** A result's write goes first; the loader only gets cycles without one. */
const driveWrite = (wires: WriteWires, writing: UInt, result: Write, loader: Write): void => {
  const pick = (targets: readonly UIntWire[], own: readonly UInt[], other: readonly UInt[]): void => {
    targets.forEach((target, index) => {
      const [a, b] = [own[index], other[index]];
      if (a !== undefined && b !== undefined) target.value = writing.mux(a, b);
    });
  };
  pick(wires.banks, result.banks, loader.banks);
  pick(wires.data, result.data, loader.data);
  pick(wires.lanes, result.lanes, loader.lanes);
  wires.address.value = writing.mux(result.address, loader.address);
};
