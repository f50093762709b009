/** `nomul cmvm`: a constant matrix as verified, synthesized, placed and routed hardware. */

import { createHash } from 'node:crypto';
import { emitVerilog, projectFiles, type Design, type EmittedFile } from '../../hdl/index.js';
import { simulate } from '../../sim/index.js';
import {
  checkFits,
  DoesNotFit,
  findDevice,
  placeAndRoute,
  synthesize,
  type PlaceAndRouteResult,
  type SynthResult,
} from '../../synth/index.js';
import { breathe } from '../breathe.js';
import { FlowError } from '../errors.js';
import { openFolder, type OutputFolder } from '../folder.js';
import { readBytes } from '../inputs.js';
import type { FlowHooks, Problem } from '../options.js';
import { requireTools } from '../place.js';
import { version } from '../version.js';
import { timingHarness } from './harness.js';
import { readMatrix } from './matrix.js';
import type { CmvmOptions, CmvmResult } from './options.js';
import type { CmvmReport } from './report.js';
import { traceTestbench } from './testbench.js';
import { makeUnit, traceOf, vectorsFor, type TraceCycle } from './unit.js';

/** In Verilog's testbench; the in-process simulator sees more. */
const TESTBENCH_VECTORS = 64;
/** Asked of place and route: a little above what adders of a few bits reach. */
const TARGET_MHZ = { ice40: 250, ecp5: 400 } as const;

/** @throws FlowError, UnitParameterError, ToolError; `out` is written whole or not at all */
export const runCmvm = async (options: CmvmOptions, hooks: FlowHooks = {}): Promise<CmvmResult> => {
  const matrix = readMatrix(options.matrix);
  const device = findDevice(options.device);
  const tools = { ...(options.tools === undefined ? {} : { force: options.tools }), ...signalOf(hooks) };
  await requireTools(device, tools);
  const folder = openFolder(options.out);
  try {
    hooks.progress?.('generate hardware', 0, 1);
    await breathe(hooks);
    const { fold, pipeline = 1, seed } = options;
    const unit = makeUnit(matrix, { target: device.family, levelsPerStage: pipeline, fold, seed });
    const { design } = unit;
    const vectors = vectorsFor(matrix, options.verify, seed);
    const { files } = emitVerilog(design);
    writeSources(folder, design, files, traceOf(matrix, unit, vectors.slice(0, TESTBENCH_VECTORS)));
    hooks.progress?.('generate hardware', 1, 1);
    await breathe(hooks);
    const trace = traceOf(matrix, unit, vectors);
    const mismatches = await compare(design, trace, hooks);
    const built = await implementUnit(design, files, options, hooks, folder);
    const report: CmvmReport = {
      schemaVersion: 1,
      nomul: version,
      matrix: {
        file: options.matrix,
        sha256: createHash('sha256').update(readBytes(options.matrix, 'matrix')).digest('hex'),
        name: matrix.name,
        inputs: matrix.weights[0]?.length ?? 0,
        outputs: matrix.weights.length,
        nonzero: matrix.weights.flat().filter((weight) => weight !== 0).length,
        inputWidth: matrix.inputWidth,
        inputSigned: matrix.inputSigned,
      },
      device: options.device,
      levelsPerStage: fold === undefined ? pipeline : null,
      fold: unit.fold,
      graph: unit.graph,
      latencyCycles: unit.latencyCycles,
      cyclesPerVector: unit.cyclesPerVector,
      luts: built.core.counts.luts,
      registers: built.core.counts.registers,
      dsps: built.core.counts.dsps,
      fmaxMHz: built.placed.fmaxMHz ?? null,
      seed,
      verified: { vectors: vectors.length, cycles: trace.length, mismatches },
      tools: [built.core.tool, ...built.placed.tools],
    };
    folder.write('report.json', `${JSON.stringify(report, null, 2)}\n`);
    await breathe(hooks);
    folder.publish();
    return { out: options.out, files: folder.files, report, problems: problemsOf(report) };
  } catch (error) {
    folder.discard();
    throw error;
  }
};

const signalOf = ({ signal }: FlowHooks) => (signal === undefined ? {} : { signal });

const writeSources = (
  folder: OutputFolder,
  design: Design,
  files: readonly EmittedFile[],
  trace: readonly TraceCycle[],
): void => {
  for (const { name, text } of files) folder.write(`rtl/${name}`, text);
  for (const { name, text } of projectFiles(files, { top: design.name, folder: 'rtl' }))
    folder.write(name, text);
  for (const { name, text } of traceTestbench(design, trace)) folder.write(name, text);
};

/** Cycles in which an output that is due differs. */
const compare = async (design: Design, trace: readonly TraceCycle[], hooks: FlowHooks): Promise<number> => {
  const sim = simulate(design);
  if (design.usesReset) {
    sim.poke('rst', 1);
    sim.step();
    sim.poke('rst', 0);
  }
  let mismatches = 0;
  for (const [cycle, { inputs, outputs }] of trace.entries()) {
    if (cycle % 1000 === 0) {
      hooks.progress?.('simulate', cycle, trace.length);
      await breathe(hooks);
    }
    for (const [name, value] of Object.entries(inputs)) sim.poke(name, value);
    const differs = Object.entries(outputs).some(([name, value]) => sim.peek(name) !== value);
    if (differs) mismatches += 1;
    sim.step();
  }
  hooks.progress?.('simulate', trace.length, trace.length);
  return mismatches;
};

interface Built {
  readonly core: SynthResult;
  readonly placed: PlaceAndRouteResult;
}

/** Counts of the unit alone; its speed behind shift registers. */
const implementUnit = async (
  design: Design,
  files: readonly EmittedFile[],
  { device: name, seed, timeLimit, tools }: CmvmOptions,
  hooks: FlowHooks,
  folder: OutputFolder,
): Promise<Built> => {
  const device = findDevice(name);
  const harness = timingHarness(design);
  const common = {
    device,
    tools: tools === undefined ? {} : { force: tools },
    ...signalOf(hooks),
    ...(timeLimit === undefined ? {} : { timeoutMs: timeLimit * 60_000 }),
  };
  hooks.progress?.('synthesis', 0, 2);
  const core = await synthesize({ ...common, verilogFiles: files, top: design.name });
  hooks.progress?.('synthesis', 1, 2);
  const behindRegisters = await synthesize({
    ...common,
    verilogFiles: [...files, harness],
    top: harness.top,
  });
  hooks.progress?.('synthesis', 2, 2);
  requireFits(behindRegisters, name);
  hooks.progress?.('place and route', 0, 1);
  const placed = await placeAndRoute({
    ...common,
    synth: behindRegisters,
    clockMHz: TARGET_MHZ[device.family],
    seed,
  });
  hooks.progress?.('place and route', 1, 1);
  folder.write(`timing/${harness.name}`, harness.text);
  folder.copy(core.netlistVerilog, 'netlist/netlist.v');
  folder.copy(core.log, 'logs/synthesis.log');
  folder.copy(placed.log, 'logs/place-and-route.log');
  return { core, placed };
};

const requireFits = ({ counts }: SynthResult, device: CmvmOptions['device']): void => {
  try {
    checkFits(counts, findDevice(device));
  } catch (error) {
    if (!(error instanceof DoesNotFit)) throw error;
    throw new FlowError('DOES_NOT_FIT', `${error.message}; try --fold, or a larger device`);
  }
};

const problemsOf = ({ verified }: CmvmReport): readonly Problem[] =>
  verified.mismatches === 0
    ? []
    : [
        {
          code: 'MISMATCH',
          message: `outputs differ from the matrix's in ${verified.mismatches} of ${verified.cycles} cycles; this is a defect of nomul, please report it with the matrix`,
        },
      ];
