/** What a failed comparison leaves behind: waves of both sides, stimulus, seed, Verilog, and how to run it again. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Design } from '../hdl/index.js';
import { findDifference, type CosimResult, type ExternalSimulator, type Mismatch } from './cosim.js';
import { SimError } from './errors.js';
import { sourceOf, type RunOptions, type VerilogSource } from './harness.js';
import { runIcarus } from './icarus.js';
import { simulate } from './simulation.js';
import { VcdWriter } from './vcd.js';
import { runVerilator, type StimulusColumns } from './verilator.js';

/** Cycles of waves before and after the first difference. */
const before = 20;
const after = 4;

/** `replay.json`: everything the external simulator needs, and what the compiled simulator said. */
interface Recipe {
  readonly schemaVersion: 1;
  readonly simulator: ExternalSimulator;
  readonly source: Omit<VerilogSource, 'files'> & { readonly files: readonly string[] };
  readonly cycles: number;
  /** Seed of the random inputs, if they had one. */
  readonly seed?: number;
  readonly first: {
    readonly cycle: number;
    readonly port: string;
    readonly expected: string;
    readonly got: string;
  };
  /** Integers in decimal, one per cycle. */
  readonly stimulus: Readonly<Record<string, readonly string[]>>;
  readonly expected: Readonly<Record<string, readonly string[]>>;
}

export interface EvidenceOptions extends RunOptions {
  readonly folder: string;
  readonly stimulus: StimulusColumns;
  readonly seed?: number;
  readonly source?: VerilogSource;
}

/** The command, for a shell in the present folder, that runs saved evidence again. */
export function replayCommand(folder: string): string {
  const own = fileURLToPath(import.meta.url);
  const [run, file] = own.endsWith('.ts') ? ['npx tsx', 'replay.ts'] : ['node', 'replay.js'];
  return `${run} ${relative(process.cwd(), join(dirname(own), file))} ${folder}`;
}

/**
 * Writes `replay.json`, `compiled.vcd`, `verilator.vcd` or `icarus.vcd` (a window around the first difference) and the Verilog
 * in `verilog/`. @throws SimError bad-stimulus when `result` has no difference
 */
export async function saveEvidence(
  design: Design,
  { simulator, first }: CosimResult,
  options: EvidenceOptions,
): Promise<void> {
  const { folder, seed, source = sourceOf(design) } = options;
  if (first === undefined)
    throw new SimError('bad-stimulus', `${design.name} has no difference, so there is nothing to save`);
  const cycles = first.cycle + 1 + after;
  const stimulus = lengthened(options.stimulus, cycles);
  const verilog = join(folder, 'verilog');
  mkdirSync(verilog, { recursive: true });
  for (const { name, text } of source.files) writeFileSync(join(verilog, name), text);
  const recipe: Recipe = {
    schemaVersion: 1,
    simulator,
    source: { ...source, files: source.files.map(({ name }) => name) },
    cycles,
    ...(seed === undefined ? {} : { seed }),
    first: {
      cycle: first.cycle,
      port: first.port,
      expected: String(first.expected),
      got: String(first.got),
    },
    stimulus: inDecimal(stimulus),
    expected: inDecimal(simulate(design).run(cycles, stimulus)),
  };
  writeFileSync(join(folder, 'replay.json'), `${JSON.stringify(recipe, null, 1)}\n`);
  const window = { from: Math.max(0, first.cycle - before), to: cycles - 1 };
  await compiledWaves(design, stimulus, window, join(folder, 'compiled.vcd'));
  const waves = { file: join(folder, `${simulator}.vcd`), ...window };
  await runnerOf(simulator)(source, cycles, stimulus, { ...options, waves });
}

/**
 * Runs saved evidence again in its external simulator; undefined when the outputs now equal what the compiled simulator gave.
 * @throws SimError bad-stimulus when the folder holds no evidence; ToolError
 */
export async function replayEvidence(
  folder: string,
  options: RunOptions = {},
): Promise<Mismatch | undefined> {
  const { simulator, source, cycles, stimulus, expected } = readRecipe(folder);
  const files = source.files.map((name) => ({
    name,
    text: readFileSync(join(folder, 'verilog', name), 'utf8'),
  }));
  const recording = await runnerOf(simulator)({ ...source, files }, cycles, asNumbers(stimulus), options);
  return findDifference(source.ports, { values: asNumbers(expected), cycles }, recording).first;
}

function readRecipe(folder: string): Recipe {
  const file = join(folder, 'replay.json');
  try {
    const recipe = JSON.parse(readFileSync(file, 'utf8')) as Recipe | { readonly schemaVersion: undefined };
    if (recipe.schemaVersion === 1) return recipe;
  } catch {
    // Told below: absent and unreadable are the same to the user.
  }
  throw new SimError(
    'bad-stimulus',
    `${file} is no evidence that this version wrote: name the folder of a failed comparison`,
  );
}

const runnerOf = (simulator: ExternalSimulator): typeof runIcarus =>
  simulator === 'verilator' ? runVerilator : runIcarus;

/** The same columns for more cycles: the last value stays. */
function lengthened(stimulus: StimulusColumns, cycles: number): Readonly<Record<string, bigint[]>> {
  return Object.fromEntries(
    Object.entries(stimulus).map(([name, column]) => [
      name,
      Array.from({ length: cycles }, (_, cycle) => BigInt(column[Math.min(cycle, column.length - 1)] ?? 0)),
    ]),
  );
}

const inDecimal = (columns: StimulusColumns): Readonly<Record<string, string[]>> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      Array.from({ length: column.length }, (_, cycle) => String(column[cycle])),
    ]),
  );

const asNumbers = (columns: Recipe['stimulus']): Readonly<Record<string, bigint[]>> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.map(BigInt)]));

async function compiledWaves(
  design: Design,
  stimulus: Readonly<Record<string, readonly bigint[]>>,
  { from, to }: { readonly from: number; readonly to: number },
  file: string,
): Promise<void> {
  const sim = simulate(design);
  const waves = new VcdWriter(sim, file);
  for (let cycle = 0; cycle <= to; cycle++) {
    for (const [name, column] of Object.entries(stimulus)) sim.poke(name, column[cycle] ?? 0n);
    if (cycle >= from) await waves.sample();
    sim.step();
  }
  await waves.close();
}
