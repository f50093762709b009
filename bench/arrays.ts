/**
 * npx tsx bench/run.ts arrays: LUT4s per PE and fmax of run-time-weight arrays made of our units, beside the hand-written
 * baselines of ../shared/bench/arrays, same tools, same harness, same run. Limits by environment:
 *   BENCH_ONLY=4x4,8x8     sizes (default 4x4,8x8,16x16)
 *   BENCH_TARGETS=ice40    families (default ice40,ecp5)
 *   BENCH_SEEDS=1          seeds of place and route, the median counts (default 1,2,3; none: LUT counts alone)
 * Results also go to generated/bench-arrays.json.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArraySize } from './arrays/designs.js';
import { makeJobs, type Family } from './arrays/jobs.js';
import {
  baselineFolder,
  BenchError,
  measure,
  prepareTools,
  tools,
  workFolder,
  type Result,
} from './arrays/measure.js';
import { explanation, rowOf, table, type Row } from './arrays/table.js';

const output = join('generated', 'bench-arrays.json');

const listOf = (name: string, fallback: string): readonly string[] =>
  (process.env[name] ?? fallback).split(',').filter((item) => item !== '' && item !== 'none');

const sizeOf = (text: string): ArraySize => {
  const [, rows = 0, columns = 0] = (/^(\d+)x(\d+)$/.exec(text) ?? []).map(Number);
  if (rows < 1 || rows > 64 || columns < 1) throw new BenchError(`BENCH_ONLY: ${text} is no size like 8x8`);
  return { rows, columns };
};

const familyOf = (text: string): Family => {
  if (text !== 'ice40' && text !== 'ecp5')
    throw new BenchError(`BENCH_TARGETS: ${text} is neither ice40 nor ecp5`);
  return text;
};

const main = async (): Promise<void> => {
  const options = {
    sizes: listOf('BENCH_ONLY', '4x4,8x8,16x16').map(sizeOf),
    families: listOf('BENCH_TARGETS', 'ice40,ecp5').map(familyOf),
    seeds: listOf('BENCH_SEEDS', '1,2,3').map(Number),
    folder: workFolder,
  };
  if (!existsSync(baselineFolder)) throw new BenchError(`the baselines are not here: ${baselineFolder}`);
  mkdirSync(workFolder, { recursive: true });
  prepareTools();
  const jobs = makeJobs(options);
  const rows: Row[] = [];
  const done = (result: Result): void => {
    const job = jobs.find(({ id }) => id === result.id);
    if (job === undefined) throw new BenchError(`nobody asked for ${result.id}`);
    const row = rowOf(job, result);
    rows.push(row);
    console.error(`${rows.length}/${jobs.length} ${job.id}: ${row.lutsPerPe} LUT4/PE, ${row.fmax} MHz`);
    mkdirSync('generated', { recursive: true });
    writeFileSync(output, `${JSON.stringify({ schemaVersion: 1, tools, rows }, undefined, 2)}\n`);
  };
  await measure(jobs, done);
  console.log(`${explanation}\n\n${table(rows)}\n\nTools: ${tools.join(', ')}. Written: ${output}`);
};

try {
  await main();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
