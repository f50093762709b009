/** The same stimulus into the compiled simulator and into Verilator or Icarus; every output of every cycle compared. */

import { createRandom } from '../num/index.js';
import type { Design } from '../hdl/index.js';
import { rangeOf } from './access.js';
import { AssertionFailure, SimError } from './errors.js';
import {
  clockPortsOf,
  clocksOf,
  resetsOf,
  sourceOf,
  type HarnessPort,
  type RunOptions,
  type VerilogSource,
} from './harness.js';
import { runIcarus } from './icarus.js';
import { simulate } from './simulation.js';
import { runVerilator, type Recording, type StimulusColumns } from './verilator.js';

export type ExternalSimulator = 'verilator' | 'icarus';

export interface Mismatch {
  readonly cycle: number;
  readonly port: string;
  /** What the compiled simulator gives. */
  readonly expected: bigint;
  readonly got: bigint;
  /** Bits that the external simulator does not know (x, z); they are not compared. */
  readonly unknown: bigint;
}

export interface CosimResult {
  readonly simulator: ExternalSimulator;
  /** Cycles compared. */
  readonly cycles: number;
  /** Output values that differ, over all ports and cycles. */
  readonly mismatches: number;
  readonly first: Mismatch | undefined;
  /** Output bits that the external simulator did not know and that were therefore not compared. */
  readonly unknownBits: number;
}

export interface CosimOptions extends RunOptions {
  readonly cycles: number;
  /** Values per input port and cycle; `rst` too. Ports left out are random (see `randomStimulus`). */
  readonly stimulus?: StimulusColumns;
  /** Seed of the random inputs; default 1. */
  readonly seed?: number;
  /** Default: Verilator. */
  readonly simulators?: readonly ExternalSimulator[];
  /** Verilog to run instead of what `emitVerilog` gives, for example with a fault in it or a mapped netlist. */
  readonly source?: VerilogSource;
}

/**
 * Runs the same stimulus in all simulators and compares every output in every cycle. Differences are results, not errors.
 * @throws SimError bad-stimulus, mismatch (a simulator stopped early); ToolError when a simulator is missing or fails
 */
export async function cosimulate(design: Design, options: CosimOptions): Promise<CosimResult[]> {
  const { cycles, simulators = ['verilator'], source = sourceOf(design) } = options;
  const stimulus = { ...randomStimulus(design, cycles, options.seed ?? 1), ...options.stimulus };
  const expected = runCompiled(design, cycles, stimulus);
  const results: CosimResult[] = [];
  for (const simulator of simulators) {
    const run = simulator === 'verilator' ? runVerilator : runIcarus;
    const recording = await run(source, cycles, stimulus, options);
    results.push(compareRecordings(simulator, design, expected, recording));
  }
  return results;
}

interface Expected {
  readonly values: Readonly<Record<string, ArrayLike<number> | ArrayLike<bigint>>>;
  readonly cycles: number;
}

function runCompiled(design: Design, cycles: number, stimulus: StimulusColumns): Expected {
  const sim = simulate(design);
  try {
    return { values: sim.run(cycles, stimulus), cycles };
  } catch (error) {
    if (!(error instanceof AssertionFailure)) throw error;
    throw new SimError(
      'assertion',
      `the stimulus breaks an assertion of the design, so there is nothing to compare: ${error.message}`,
    );
  }
}

function compareRecordings(
  simulator: ExternalSimulator,
  design: Design,
  expected: Expected,
  recording: Recording,
): CosimResult {
  if (recording.cycles < expected.cycles) {
    throw new SimError(
      'mismatch',
      `${simulator} stopped ${design.name} in cycle ${recording.cycles} of ${expected.cycles}, which the compiled simulator does not: ${recording.message ?? 'no message'}`,
    );
  }
  return { simulator, cycles: expected.cycles, ...findDifference(design.ports, expected, recording) };
}

/** Compares the outputs of all cycles. */
export function findDifference(
  ports: readonly HarnessPort[],
  expected: Expected,
  recording: Recording,
): Pick<CosimResult, 'mismatches' | 'unknownBits' | 'first'> {
  let mismatches = 0;
  let unknownBits = 0;
  let first: Mismatch | undefined;
  for (const { name, direction, type } of ports) {
    if (direction !== 'out') continue;
    const [values, wanted, masks] = [recording.values[name], expected.values[name], recording.unknown[name]];
    for (let cycle = 0; cycle < expected.cycles; cycle++) {
      const mask = masks?.[cycle] ?? 0n;
      const want = BigInt(wanted?.[cycle] ?? 0n);
      const got = values?.[cycle] ?? 0n;
      if (mask !== 0n) unknownBits += mask.toString(2).replaceAll('0', '').length;
      if (((BigInt.asUintN(type.width, want) ^ BigInt.asUintN(type.width, got)) & ~mask) === 0n) continue;
      mismatches++;
      if (first === undefined || cycle < first.cycle)
        first = { cycle, port: name, expected: want, got, unknown: mask };
    }
  }
  return { mismatches, first, unknownBits };
}

/**
 * Random values for every input: uniform, with the extremes and 0 more often, some held for several cycles. `rst` is 1 in
 * the first two cycles; of several clocks, each rises in the cycles of its own random rate.
 */
export function randomStimulus(design: Design, cycles: number, seed: number): Record<string, bigint[]> {
  const random = createRandom(seed);
  const columns: Record<string, bigint[]> = {};
  for (const { name, direction, type } of design.ports) {
    if (direction !== 'in') continue;
    const { lo, hi } = rangeOf(type);
    const draw = (): bigint => {
      if (random.chance(0.25)) return [lo, hi, 0n, hi >> 1n][random.integer(0, 3)] ?? 0n;
      let pattern = 0n;
      for (let bits = 0; bits < type.width; bits += 32) pattern = (pattern << 32n) | BigInt(random.uint32());
      return type.signed ? BigInt.asIntN(type.width, pattern) : BigInt.asUintN(type.width, pattern);
    };
    const column: bigint[] = [];
    for (let value = draw(); column.length < cycles; value = random.chance(0.2) ? value : draw())
      column.push(value);
    columns[name] = column;
  }
  const column = (valueAt: (cycle: number) => boolean): bigint[] =>
    Array.from({ length: cycles }, (_, cycle) => (valueAt(cycle) ? 1n : 0n));
  const ports = clockPortsOf(design);
  for (const name of resetsOf(ports)) columns[name] = column((cycle) => cycle < 2);
  const clocks = clocksOf(ports);
  for (const name of clocks.length < 2 ? [] : clocks) {
    const rate = 0.1 + 0.1 * random.integer(0, 9);
    columns[name] = column((cycle) => cycle < 2 || random.chance(rate));
  }
  return columns;
}
