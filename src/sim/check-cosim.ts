/** Co-simulation as a test: agrees, or throws with the shortest and simplest stimulus that shows the difference. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type fastCheck from 'fast-check';
import type { Design, ScalarType } from '../hdl/index.js';
import { rangeOf } from './access.js';
import { cosimulate, randomStimulus, type CosimOptions, type CosimResult } from './cosim.js';
import { SimError } from './errors.js';
import { replayCommand, saveEvidence } from './evidence.js';
import type { StimulusColumns } from './verilator.js';

export interface CheckCosimOptions extends CosimOptions {
  /** Where a failure leaves its evidence; default: a new temporary folder. */
  readonly folder?: string;
  /** Time for looking for a simpler stimulus; default 20 s. */
  readonly shrinkMs?: number;
}

/** Values of the driven ports in one cycle. */
type Row = Readonly<Record<string, bigint>>;

/**
 * `cosimulate`, for tests. A difference is shrunk and saved (`saveEvidence`). @throws SimError mismatch, naming the simulator, the
 * signal, the cycle, the folder and the command that runs it again; what `cosimulate` throws
 */
export async function checkCosim(
  design: Design,
  options: CheckCosimOptions,
): Promise<readonly CosimResult[]> {
  const { cycles, seed = 1 } = options;
  const stimulus = { ...randomStimulus(design, cycles, seed), ...options.stimulus };
  const results = await cosimulate(design, { ...options, stimulus });
  const failed = results.find(({ first }) => first !== undefined);
  if (failed === undefined) return results;
  const simplest = await shrink(design, stimulus, failed, options);
  const { folder = mkdtempSync(join(tmpdir(), 'nomul-cosim-')) } = options;
  await saveEvidence(design, simplest.result, { ...options, folder, stimulus: simplest.stimulus, seed });
  const { simulator, first } = simplest.result;
  throw new SimError(
    'mismatch',
    `${design.name}: ${first?.port ?? ''} is ${String(first?.got)} in ${simulator} in cycle ${String(first?.cycle)}, ` +
      `and ${String(first?.expected)} in the compiled simulator (seed ${seed}, shrunk from cycle ${String(failed.first?.cycle)}); ` +
      `waves and stimulus are in ${folder}; again: ${replayCommand(folder)}`,
  );
}

interface Failing {
  readonly stimulus: StimulusColumns;
  readonly result: CosimResult;
}

/** Fewer cycles, smaller values: what fast-check finds in the time, at worst the beginning of the stimulus that failed. */
async function shrink(
  design: Design,
  stimulus: StimulusColumns,
  failed: CosimResult,
  options: CheckCosimOptions,
): Promise<Failing> {
  const length = (failed.first?.cycle ?? 0) + 1;
  const names = Object.keys(stimulus);
  const whole = Array.from({ length }, (_, cycle): Row => rowAt(stimulus, names, cycle));
  let best: Failing = { stimulus: columnsOf(whole, names), result: failed };
  // Loaded only where something failed: it takes longer to load than the simulator.
  const { default: fc } = await import('fast-check');
  const property = fc.asyncProperty(rowsOf(fc, design, names, length), async (rows) => {
    const tried = columnsOf(rows, names);
    const simulators = [failed.simulator];
    const [result] = await cosimulate(design, {
      ...options,
      cycles: rows.length,
      stimulus: tried,
      simulators,
    });
    if (result?.first === undefined) return true;
    best = { stimulus: tried, result };
    return false;
  });
  const { shrinkMs = 20_000 } = options;
  await fc.check(property, { examples: [[whole]], numRuns: 1, interruptAfterTimeLimit: shrinkMs });
  return best;
}

const rowAt = (stimulus: StimulusColumns, names: readonly string[], cycle: number): Row =>
  Object.fromEntries(names.map((name) => [name, BigInt(stimulus[name]?.[cycle] ?? 0)]));

const columnsOf = (rows: readonly Row[], names: readonly string[]): StimulusColumns =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? 0n)]));

/** One to `length` cycles of values that the ports can take; resets and clocks are bits. */
function rowsOf(
  fc: typeof fastCheck,
  design: Design,
  names: readonly string[],
  length: number,
): fastCheck.Arbitrary<Row[]> {
  const bit: ScalarType = { signed: false, width: 1 };
  const value = (name: string): fastCheck.Arbitrary<bigint> => {
    const { lo, hi } = rangeOf(design.ports.find((port) => port.name === name)?.type ?? bit);
    return fc.bigInt({ min: lo, max: hi });
  };
  const row = fc.record(Object.fromEntries(names.map((name) => [name, value(name)])));
  return fc.array(row, { minLength: 1, maxLength: length });
}
