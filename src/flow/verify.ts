/** Hardware against the bit-exact reference: in process, in Verilator, and as the mapped netlist. */

import { countNetwork, prepareReference, type IntegerNetwork, type QuantizedSamples } from '../nn/index.js';
import type { Report, ReportEquality } from '../report/index.js';
import {
  runIcarusStreams,
  runStreams,
  runVerilatorStreams,
  SimError,
  simulate,
  sourceOf,
  type StreamBench,
  type StreamResult,
  type VerilogSource,
} from '../sim/index.js';
import { netlistSimulationFiles, type Device, type SynthResult } from '../synth/index.js';
import { lookForTool, toolVersion, type FindOptions, type ToolVersion } from '../tools/index.js';
import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { breathe } from './breathe.js';
import type { Hardware } from './hardware.js';
import type { FlowHooks } from './options.js';

/** Pictures and the outputs that the reference gives for them. */
export interface Expectation {
  readonly network: IntegerNetwork;
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  readonly count: number;
  readonly inputSize: number;
  readonly outputSize: number;
}

/** Multiply-accumulates between two looks at Ctrl-C: about a second. */
const macsPerStep = 1e9;

/** Runs the reference over every picture. */
export const expectationOf = async (
  network: IntegerNetwork,
  samples: QuantizedSamples,
  hooks: FlowHooks,
): Promise<Expectation> => {
  const runner = prepareReference(network);
  const { inputLength, outputLength } = runner;
  const { macs } = countNetwork(network);
  const picturesPerStep = Math.min(500, Math.max(1, Math.floor(macsPerStep / Math.max(1, macs))));
  const outputs = new Int32Array(samples.count * outputLength);
  for (let from = 0; from < samples.count; from += picturesPerStep) {
    hooks.progress?.('reference', from, samples.count);
    const to = Math.min(samples.count, from + picturesPerStep);
    outputs.set(
      runner.runMany(samples.values.subarray(from * inputLength, to * inputLength), to - from),
      from * outputLength,
    );
    await breathe(hooks);
  }
  hooks.progress?.('reference', samples.count, samples.count);
  return {
    network,
    inputs: samples.values,
    outputs,
    count: samples.count,
    inputSize: inputLength,
    outputSize: outputLength,
  };
};

/** Share of pictures whose greatest output is their label's. */
export const accuracyOf = (
  { outputs, outputSize, count }: Expectation,
  labels: ArrayLike<number>,
): NonNullable<Report['accuracy']> => {
  return { top1: shareOf(recognized(outputs, outputSize, labels)), pictures: count };
};

/** Of none: 0. */
export const shareOf = (right: readonly boolean[]): number =>
  right.length === 0 ? 0 : right.filter(Boolean).length / right.length;

/** Of each picture, whether its greatest output, the first of equal ones, is its label's. `outputs`: [picture][class]. */
export const recognized = (
  outputs: ArrayLike<number>,
  classes: number,
  labels: ArrayLike<number>,
): readonly boolean[] =>
  Array.from({ length: outputs.length / classes }, (_, picture) => {
    const first = picture * classes;
    let best = first;
    for (let i = first + 1; i < first + classes; i++) if ((outputs[i] ?? 0) > (outputs[best] ?? 0)) best = i;
    return best - first === labels[picture];
  });

/** The stream bench of pictures `from` .. `from + count - 1`. */
export const benchOf = (
  { network, inputs, inputSize, outputSize }: Expectation,
  from: number,
  count: number,
  { prediction }: Hardware,
): StreamBench => {
  const bits = network.tensors[network.input]?.bits ?? 8;
  const mask = 2 ** bits - 1;
  const pictures = inputs.subarray(from * inputSize, (from + count) * inputSize);
  return {
    input: { payload: ['in_payload'], valid: 'in_valid', ready: 'in_ready', last: 'in_last' },
    output: { payload: ['out_payload'], valid: 'out_valid', ready: 'out_ready', last: 'out_last' },
    values: [Int32Array.from(pictures, (value) => value & mask)],
    isLast: (beat) => beat % inputSize === inputSize - 1,
    outputBeats: count * outputSize,
    // Hardware that stops must not stop the comparison: what is missing then counts as different.
    maxCycles: stallLimit(prediction, count),
  };
};

/** Cycles after which hardware that gave no result has stopped: several times what is predicted. */
export const stallLimit = (
  { latencyCycles, initiationInterval }: Hardware['prediction'],
  count: number,
): number => 10_000 + 4 * (latencyCycles + count * initiationInterval);

/** Output values that differ from the reference, missing and misplaced ones included. */
export const countMismatches = (
  { outputs, outputSize, network }: Expectation,
  from: number,
  count: number,
  result: StreamResult,
): number => {
  const tensor = network.tensors[network.output];
  const bits = tensor?.bits ?? 32;
  let wrong = 0;
  for (let index = 0; index < count * outputSize; index++) {
    const beat = result.beats[index];
    const expected = BigInt.asUintN(bits, BigInt(outputs[from * outputSize + index] ?? 0));
    const lastAsExpected = beat?.last === (index % outputSize === outputSize - 1);
    if (beat?.values[0] === undefined || BigInt.asUintN(bits, beat.values[0]) !== expected || !lastAsExpected)
      wrong++;
  }
  return wrong;
};

export interface InProcessResult {
  readonly equality: ReportEquality;
  readonly latencyCycles: number;
  /** null: a single picture. */
  readonly initiationInterval: number | null;
}

const picturesPerRun = 10;
/** More than a descriptor fetch: the accelerator is idle when the first picture arrives. */
const settleCycles = 256;

/** Compares `count` pictures, back to back, in the compiled simulator; measures latency and interval in the first run. */
export const verifyInProcess = async (
  hardware: Hardware,
  expectation: Expectation,
  count: number,
  hooks: FlowHooks,
): Promise<InProcessResult> => {
  const sim = simulate(hardware.design);
  sim.reset(2);
  sim.step(settleCycles);
  let cycles = 0;
  let mismatches = 0;
  let latencyCycles = 0;
  let initiationInterval: number | null = null;
  for (let from = 0; from < count; from += picturesPerRun) {
    hooks.progress?.('simulate', from, count);
    const pictures = Math.min(picturesPerRun, count - from);
    const result = runStreams(sim, { ...benchOf(expectation, from, pictures, hardware), resetCycles: 0 });
    cycles += result.cycles;
    mismatches += countMismatches(expectation, from, pictures, result);
    if (from === 0) {
      const ends = result.beats.filter(({ last }) => last).map(({ cycle }) => cycle);
      latencyCycles = (ends[0] ?? 0) - (result.inputCycles[0] ?? 0);
      const [previous, final] = ends.slice(-2);
      initiationInterval = previous === undefined || final === undefined ? null : final - previous;
    }
    // What is still in flight when the run ends belongs to no later picture.
    sim.step(settleCycles);
    await breathe(hooks);
  }
  hooks.progress?.('simulate', count, count);
  return {
    equality: { simulator: 'nomul simulator', pictures: count, cycles, mismatches },
    latencyCycles,
    initiationInterval,
  };
};

/** Compares `count` pictures in Verilator on the emitted Verilog. @throws ToolMissing when Verilator is not there */
export const verifyInVerilator = async (
  hardware: Hardware,
  expectation: Expectation,
  count: number,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<ReportEquality> => {
  hooks.progress?.('verilator', 0, count);
  const source = withCellModels(
    sourceOf(hardware.design),
    hardware.profile.device,
    hardware.plan.config.options.activationMemory === 'spram',
  );
  const result = await runVerilatorStreams(source, benchOf(expectation, 0, count, hardware), {
    tools,
    ...signalOf(hooks),
  });
  hooks.progress?.('verilator', count, count);
  return {
    simulator: 'verilator',
    pictures: count,
    cycles: result.cycles,
    mismatches: countMismatches(expectation, 0, count, result),
  };
};

/**
 * Compares one picture with the mapped netlist, in Verilator or Icarus; undefined when neither is there. Verilator 5.006 computes
 * some netlists wrongly (docs/tools.md), so a difference counts only when Icarus, where it is installed, sees it too.
 */
export const verifyNetlist = async (
  hardware: Hardware,
  synth: Pick<SynthResult, 'netlistVerilog'>,
  expectation: Expectation,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<ReportEquality | undefined> => {
  const simulators: readonly NetlistSimulator[] = [
    ...((await lookForTool('verilator', tools)).found === undefined ? [] : (['verilator'] as const)),
    ...((await lookForTool('iverilog', tools)).found === undefined ? [] : (['icarus'] as const)),
  ];
  hooks.progress?.('netlist simulation', 0, 1);
  const { device } = hardware.profile;
  const netlist = { name: 'netlist.v', text: readFileSync(synth.netlistVerilog, 'utf8') };
  const source = withCellModels({ ...sourceOf(hardware.design), files: [netlist] }, device, true);
  const run = { verilator: runVerilatorStreams, icarus: runIcarusStreams };
  let compared: ReportEquality | undefined;
  for (const simulator of simulators) {
    if (compared?.mismatches === 0) break;
    const result = await orNothing(
      run[simulator](source, benchOf(expectation, 0, 1, hardware), {
        tools,
        timeoutMs: netlistLimitMs,
        favour: 'build',
        ...signalOf(hooks),
      }),
    );
    const mismatches = countMismatches(expectation, 0, 1, result);
    compared = {
      simulator: `mapped netlist in ${simulator}`,
      pictures: 1,
      cycles: result.cycles,
      mismatches,
    };
  }
  hooks.progress?.('netlist simulation', 1, 1);
  return compared;
};

type NetlistSimulator = 'verilator' | 'icarus';

/** Unknown bits (x) where outputs are due: a netlist that is wrong, not an input that is. */
const orNothing = async (running: Promise<StreamResult>): Promise<StreamResult> => {
  try {
    return await running;
  } catch (error) {
    if (error instanceof SimError && error.code === 'mismatch')
      return { cycles: 0, inputCycles: [], beats: [] };
    throw error;
  }
};

/** The simulators behind these comparisons, as reports record them. */
export const simulatorsUsed = async (
  comparisons: readonly (Pick<ReportEquality, 'simulator'> | undefined)[],
  tools: FindOptions,
): Promise<readonly ToolVersion[]> => {
  const names = comparisons.map((comparison) => comparison?.simulator ?? '').join();
  const versions: ToolVersion[] = [];
  for (const [word, tool] of [
    ['verilator', 'verilator'],
    ['icarus', 'iverilog'],
  ] as const) {
    const { found } = names.includes(word) ? await lookForTool(tool, tools) : {};
    if (found !== undefined) versions.push(toolVersion(found));
  }
  return versions;
};

const netlistLimitMs = 30 * 60 * 1000;

const signalOf = ({ signal }: FlowHooks): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/** Adds the vendor's cell models where the Verilog uses cells. */
export const withCellModels = (source: VerilogSource, device: Device, needed: boolean): VerilogSource => {
  if (!needed) return source;
  const models = netlistSimulationFiles(device).map((path) => ({
    name: basename(path),
    text: readFileSync(path, 'utf8'),
  }));
  // Yosys' iCE40 models use port defaults, which Icarus refuses, unless told not to.
  const defines = device.family === 'ice40' ? { defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' } } : {};
  return { ...source, files: [...source.files, ...models], ...defines };
};
