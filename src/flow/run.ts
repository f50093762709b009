/** The verbs `emit`, `sim`, `synth` and `build`: the same stages, more or fewer of them. */

import { basename } from 'node:path';
import { makeImage } from '../accel/index.js';
import { projectFiles } from '../hdl/index.js';
import type { Report } from '../report/index.js';
import { findDevice, type PlaceAndRouteResult, type SynthResult } from '../synth/index.js';
import { findTool, type FindOptions } from '../tools/index.js';
import { breathe } from './breathe.js';
import { mappedActivity, requirePictures, type Activity } from './energy/index.js';
import { FlowError } from './errors.js';
import { openFolder, type OutputFolder } from './folder.js';
import { makeHardware, type Hardware } from './hardware.js';
import { readInputs, type Inputs } from './inputs.js';
import type {
  BuildOptions,
  EmitOptions,
  FlowHooks,
  FlowResult,
  Problem,
  SimOptions,
  SynthOptions,
} from './options.js';
import { map, place, requireFits, requireTools, timeLimitMs, timingProblem } from './place.js';
import { reportOf, type Measured } from './report-data.js';
import { standaloneFiles } from './testbench.js';
import {
  accuracyOf,
  expectationOf,
  simulatorsUsed,
  verifyInProcess,
  verifyInVerilator,
  verifyNetlist,
  type Expectation,
} from './verify.js';

/** Verilog, memory images, constraints template, test vectors. */
export const emit = (options: EmitOptions, hooks: FlowHooks = {}): Promise<FlowResult> =>
  run('emit', options, hooks, {});

/** emit, and the hardware compared with the reference. */
export const sim = (options: SimOptions, hooks: FlowHooks = {}): Promise<FlowResult> =>
  run('sim', options, hooks, { sim: options });

/** emit, and the mapped, placed and routed design with its bitstream. */
export const synth = (options: SynthOptions, hooks: FlowHooks = {}): Promise<FlowResult> =>
  run('synth', options, hooks, { synth: options });

/** Everything: emit, sim, synth, and the mapped netlist compared with the reference. */
export const build = (options: BuildOptions, hooks: FlowHooks = {}): Promise<FlowResult> =>
  run('build', options, hooks, { sim: options, synth: options, activity: options.activity });

interface Stages {
  readonly sim?: SimOptions;
  readonly synth?: SynthOptions;
  /** Pictures; undefined: not counted. */
  readonly activity?: number | undefined;
}

/** Opens the folder, runs the stages, and publishes the folder only when all of them came to an end. */
const run = async (
  verb: Report['verb'],
  options: EmitOptions,
  hooks: FlowHooks,
  stages: Stages,
): Promise<FlowResult> => {
  const folder = openFolder(options.out);
  try {
    const measured = await measure(verb, options, hooks, stages, folder);
    const report = reportOf(measured);
    folder.write('report.json', `${JSON.stringify(report, null, 2)}\n`);
    if (hooks.renderReport !== undefined) folder.write('report.html', hooks.renderReport(report));
    await breathe(hooks);
    folder.publish();
    return { out: options.out, files: folder.files, report, problems: measured.problems };
  } catch (error) {
    folder.discard();
    throw error;
  }
};

const measure = async (
  verb: Report['verb'],
  options: EmitOptions,
  hooks: FlowHooks,
  stages: Stages,
  folder: OutputFolder,
): Promise<Measured> => {
  const tools: FindOptions = {
    ...(options.tools === undefined ? {} : { force: options.tools }),
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  };
  hooks.progress?.('read model', 0, 1);
  await breathe(hooks);
  const inputs = readInputs({ ...options, ...constraintsOf(stages) });
  const { network } = inputs;
  if (stages.activity !== undefined) requirePictures(inputs.samples?.count ?? 0);
  hooks.progress?.('read model', 1, 1);
  hooks.progress?.('generate hardware', 0, 1);
  await requireEverything(options, stages, tools);
  await breathe(hooks);
  const hardware = makeHardware(network, options);
  hooks.progress?.('generate hardware', 1, 1);
  await breathe(hooks);
  const expectation =
    inputs.samples === undefined ? undefined : await expectationOf(network, inputs.samples, hooks);
  writeHardware(folder, hardware, expectation);
  const simulated = await simulateStage(hardware, expectation, stages.sim, tools, hooks);
  const built = await synthStage(hardware, inputs, expectation, stages, { tools, hooks, folder });
  const counted = await activityStage(hardware, inputs, built.synth, stages, { tools, hooks });
  const simulators = await simulatorsUsed(
    [simulated.verilator, built.netlist, counted.activity ?? undefined],
    tools,
  );
  return {
    verb,
    options,
    inputs,
    hardware,
    accuracy:
      expectation === undefined || inputs.labels === undefined
        ? null
        : accuracyOf(expectation, inputs.labels),
    ...simulated,
    ...built,
    activity: counted.activity,
    simulators,
    problems: [...problemsOf(simulated, built, hardware, stages.synth?.clock), ...counted.problems],
  };
};

const constraintsOf = ({ synth: options }: Stages): Pick<Partial<SynthOptions>, 'pcf' | 'lpf'> =>
  options === undefined ? {} : { pcf: options.pcf, lpf: options.lpf };

/** A tool that is missing at the end should be known at the beginning. @throws ToolMissing */
const requireEverything = async (
  { device }: EmitOptions,
  stages: Stages,
  tools: FindOptions,
): Promise<void> => {
  if (stages.synth !== undefined) await requireTools(findDevice(device), tools);
  if ((stages.sim?.verilator ?? 0) > 0 || stages.activity !== undefined) await findTool('verilator', tools);
};

const writeHardware = (
  folder: OutputFolder,
  hardware: Hardware,
  expectation: Expectation | undefined,
): void => {
  const sources = [...hardware.verilog, ...hardware.memoryImages];
  for (const { name, text } of sources) folder.write(`rtl/${name}`, text);
  // The file list is `files.f`, beside the testbench.
  for (const { name, text } of projectFiles(sources, { top: hardware.design.name, folder: 'rtl' }))
    if (!name.endsWith('.f')) folder.write(name, text);
  for (const { name, text } of standaloneFiles(hardware, expectation)) folder.write(name, text);
  if (hardware.plan.config.options.reloadable) folder.write('reload.bin', imageBytes(hardware));
};

/** What the configuration stream takes: 16-bit beats, low byte first. */
const imageBytes = ({ plan }: Hardware): Uint8Array => {
  const beats = makeImage(plan);
  const bytes = new Uint8Array(2 * beats.length);
  beats.forEach((beat, index) => {
    bytes[2 * index] = beat & 0xff;
    bytes[2 * index + 1] = beat >>> 8;
  });
  return bytes;
};

type Simulated = Pick<Measured, 'inProcess' | 'verilator'>;

const simulateStage = async (
  hardware: Hardware,
  expectation: Expectation | undefined,
  options: SimOptions | undefined,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<Simulated> => {
  if (options === undefined || expectation === undefined)
    return { inProcess: undefined, verilator: undefined };
  const pictures = Math.min(options.verify, expectation.count);
  const inProcess =
    pictures === 0 ? undefined : await verifyInProcess(hardware, expectation, pictures, hooks);
  const more = Math.min(options.verilator, expectation.count);
  const verilator =
    more === 0 ? undefined : await verifyInVerilator(hardware, expectation, more, tools, hooks);
  return { inProcess, verilator };
};

type Built = Pick<Measured, 'synth' | 'placed' | 'netlist'>;

interface SynthContext {
  readonly tools: FindOptions;
  readonly hooks: FlowHooks;
  readonly folder: OutputFolder;
}

const synthStage = async (
  hardware: Hardware,
  inputs: Inputs,
  expectation: Expectation | undefined,
  stages: Stages,
  { tools, hooks, folder }: SynthContext,
): Promise<Built> => {
  const options = stages.synth;
  if (options === undefined) return { synth: undefined, placed: undefined, netlist: undefined };
  const context = { network: inputs.network, options, tools, hooks };
  const mapped: SynthResult = await map(hardware, tools, hooks, { timeoutMs: timeLimitMs(options) });
  await requireFits(hardware, mapped, context);
  const compared = stages.sim !== undefined && expectation !== undefined && expectation.count > 0;
  const [netlist, placed] = await together(
    hooks,
    async (shared) => (compared ? verifyNetlist(hardware, mapped, expectation, tools, shared) : undefined),
    (shared): Promise<PlaceAndRouteResult> => place(hardware, mapped, { ...context, hooks: shared }),
  );
  folder.copy(mapped.netlistVerilog, 'netlist/netlist.v');
  folder.copy(mapped.netlistJson, 'netlist/netlist.json');
  folder.copy(mapped.log, 'logs/synthesis.log');
  folder.copy(placed.log, 'logs/place-and-route.log');
  const failed = options.clock !== undefined && !placed.timingMet;
  folder.copy(placed.bitstream, bitstreamName(hardware, placed, failed));
  return { synth: mapped, placed, netlist };
};

interface Counted {
  readonly activity: Activity | null;
  readonly problems: readonly Problem[];
}

/** Activity that cannot be counted is a problem, and takes nothing else away. */
const activityStage = async (
  hardware: Hardware,
  { samples }: Inputs,
  mapped: SynthResult | undefined,
  { activity: pictures, synth: options }: Stages,
  { tools, hooks }: Pick<SynthContext, 'tools' | 'hooks'>,
): Promise<Counted> => {
  if (pictures === undefined || samples === undefined || mapped === undefined || options === undefined)
    return { activity: null, problems: [] };
  hooks.progress?.('activity', 0, 1);
  const timeoutMs = timeLimitMs(options);
  try {
    const activity = await mappedActivity(hardware, mapped, samples, {
      ...{ pictures, tools },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    });
    hooks.progress?.('activity', 1, 1);
    return { activity, problems: [] };
  } catch (error) {
    if (!(error instanceof FlowError && error.code === 'NETLIST_DIFFERS')) throw error;
    return { activity: null, problems: [{ code: error.code, message: error.message }] };
  }
};

/** Runs two stages side by side; when one fails the other is stopped before the failure is passed on. */
const together = async <A, B>(
  hooks: FlowHooks,
  first: (hooks: FlowHooks) => Promise<A>,
  second: (hooks: FlowHooks) => Promise<B>,
): Promise<readonly [A, B]> => {
  const failure = new AbortController();
  const signal =
    hooks.signal === undefined ? failure.signal : AbortSignal.any([hooks.signal, failure.signal]);
  const shared: FlowHooks = { ...hooks, signal };
  const running = [first(shared), second(shared)] as const;
  try {
    return await Promise.all(running);
  } catch (error) {
    failure.abort();
    await Promise.allSettled(running);
    throw error;
  }
};

/** Without a requested clock there is nothing to miss. */
const bitstreamName = ({ plan }: Hardware, { bitstream }: PlaceAndRouteResult, failed: boolean): string => {
  const ending = basename(bitstream).split('.').at(-1) ?? 'bin';
  return `${plan.config.name}${failed ? '.timing-failed' : ''}.${ending}`;
};

const problemsOf = (
  { inProcess, verilator }: Simulated,
  { netlist, placed }: Built,
  { prediction }: Hardware,
  clock: number | undefined,
): readonly Problem[] => {
  const problems: Problem[] = [];
  for (const entry of [inProcess?.equality, verilator, netlist]) {
    if (entry !== undefined && entry.mismatches > 0) {
      problems.push({
        code: 'MISMATCH',
        message: `${entry.mismatches} outputs differ from the reference in ${entry.simulator} (${entry.pictures} pictures); this is a defect of nomul or of a tool, please report it with the model`,
      });
    }
  }
  if (inProcess !== undefined && inProcess.latencyCycles !== prediction.latencyCycles) {
    problems.push({
      code: 'PREDICTION',
      message: `latency is ${inProcess.latencyCycles} cycles, predicted ${prediction.latencyCycles}`,
    });
  }
  if (
    inProcess?.initiationInterval != null &&
    inProcess.initiationInterval !== prediction.initiationInterval
  ) {
    problems.push({
      code: 'PREDICTION',
      message: `the initiation interval is ${inProcess.initiationInterval} cycles, predicted ${prediction.initiationInterval}`,
    });
  }
  const timing = placed === undefined ? undefined : timingProblem(placed, clock);
  return timing === undefined ? problems : [...problems, timing];
};
