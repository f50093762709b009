/** Hardware against the bit-exact reference: in process, in Verilator, and as the mapped netlist. */

import { prepareReference, type IntegerNetwork, type QuantizedSamples } from '../nn/index.js';
import type { Report, ReportEquality } from '../report/index.js';
import {
  runIcarusStreams,
  runStreams,
  runVerilatorStreams,
  simulate,
  sourceOf,
  type StreamBench,
  type StreamResult,
  type VerilogSource,
} from '../sim/index.js';
import { netlistSimulationFiles, type Device, type SynthResult } from '../synth/index.js';
import { lookForTool, type FindOptions } from '../tools/index.js';
import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
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

const picturesPerStep = 500;

/** Runs the reference over every picture. */
export const expectationOf = async (
  network: IntegerNetwork,
  samples: QuantizedSamples,
  hooks: FlowHooks,
): Promise<Expectation> => {
  const runner = prepareReference(network);
  const { inputLength, outputLength } = runner;
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

/** Lets Ctrl-C and the progress bar have their turn. @throws the signal's reason */
const breathe = async ({ signal }: FlowHooks): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
};

/** Share of pictures whose greatest output is their label's. */
export const accuracyOf = (
  { outputs, outputSize, count }: Expectation,
  labels: Int32Array,
): NonNullable<Report['accuracy']> => {
  let right = 0;
  for (let picture = 0; picture < count; picture++) {
    const logits = outputs.subarray(picture * outputSize, (picture + 1) * outputSize);
    if (logits.indexOf(Math.max(...logits)) === labels[picture]) right++;
  }
  return { top1: count === 0 ? 0 : right / count, pictures: count };
};

/** The stream bench of pictures `from` .. `from + count - 1`. */
const benchOf = (
  { network, inputs, inputSize, outputSize }: Expectation,
  from: number,
  count: number,
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
    maxCycles: 200_000_000,
  };
};

/** Output values that differ from the reference, missing and misplaced ones included. */
const countMismatches = (
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
    const result = runStreams(sim, { ...benchOf(expectation, from, pictures), resetCycles: 0 });
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
  const result = await runVerilatorStreams(source, benchOf(expectation, 0, count), {
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

/** Compares one picture with the mapped netlist, in Verilator or Icarus; undefined when neither is there. */
export const verifyNetlist = async (
  hardware: Hardware,
  synth: Pick<SynthResult, 'netlistVerilog'>,
  expectation: Expectation,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<ReportEquality | undefined> => {
  const verilator = await lookForTool('verilator', tools);
  const icarus = verilator.found === undefined ? await lookForTool('iverilog', tools) : verilator;
  if (icarus.found === undefined) return undefined;
  hooks.progress?.('netlist simulation', 0, 1);
  const { device } = hardware.profile;
  const netlist = { name: 'netlist.v', text: readFileSync(synth.netlistVerilog, 'utf8') };
  const source = withCellModels({ ...sourceOf(hardware.design), files: [netlist] }, device, true);
  const run = verilator.found === undefined ? runIcarusStreams : runVerilatorStreams;
  const result = await run(source, benchOf(expectation, 0, 1), {
    tools,
    timeoutMs: netlistLimitMs,
    ...signalOf(hooks),
  });
  hooks.progress?.('netlist simulation', 1, 1);
  const simulator = `mapped netlist in ${verilator.found === undefined ? 'icarus' : 'verilator'}`;
  return {
    simulator,
    pictures: 1,
    cycles: result.cycles,
    mismatches: countMismatches(expectation, 0, 1, result),
  };
};

const netlistLimitMs = 30 * 60 * 1000;

const signalOf = ({ signal }: FlowHooks): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/** Adds the vendor's cell models where the Verilog uses cells. */
const withCellModels = (source: VerilogSource, device: Device, needed: boolean): VerilogSource => {
  if (!needed) return source;
  const models = netlistSimulationFiles(device).map((path) => ({
    name: basename(path),
    text: readFileSync(path, 'utf8'),
  }));
  // Yosys' iCE40 models use port defaults, which Icarus refuses, unless told not to.
  const defines = device.family === 'ice40' ? { defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' } } : {};
  return { ...source, files: [...source.files, ...models], ...defines };
};
