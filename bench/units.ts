/**
 * npx tsx bench/run.ts units: LUTs per PE and fmax of our units beside the hand-written arrays of ../shared/bench/arrays, same
 * tools, same harness, same run. Every step is kept in .cache/bench-units, so that it can be run in pieces:
 *   BENCH_ONLY=ternary+8x8,ecp5   jobs whose id holds all words of an item joined by + (default: all)
 *   BENCH_SEEDS=1,2,3             seeds of place and route (default 1,2,3,4,5; 0: counts alone)
 * bench/results/units.json and docs/results/units.md hold all that the cache knows of the jobs as they are now.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from './tools/python.js';
import { baselineFolder, prepareTools, tools } from './units/driver.js';
import { makeJobs, type Job } from './units/jobs.js';
import { measure, recall } from './units/measure.js';
import { page, rowsOf } from './units/table.js';

const output = join('bench', 'results', 'units.json');
const resultsPage = join('docs', 'results', 'units.md');
const allSeeds = [1, 2, 3, 4, 5];

const listOf = (name: string): readonly string[] =>
  (process.env[name] ?? '').split(',').filter((item) => item !== '');

const wanted =
  (items: readonly string[]) =>
  (job: Job): boolean =>
    items.length === 0 || items.some((item) => item.split('+').every((word) => job.id.includes(word)));

const seedsWanted = (): readonly number[] => {
  const seeds = listOf('BENCH_SEEDS').map(Number);
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0))
    throw new BenchError('BENCH_SEEDS: seeds are integers like 1,2,3, or 0 for none');
  return seeds.length === 0 ? allSeeds : seeds.filter((seed) => seed > 0);
};

const main = (): void => {
  if (!existsSync(baselineFolder)) throw new BenchError(`the baselines are not here: ${baselineFolder}`);
  prepareTools();
  const seeds = seedsWanted();
  const jobs = makeJobs();
  const chosen = jobs.filter(wanted(listOf('BENCH_ONLY')));
  if (chosen.length === 0)
    throw new BenchError(`BENCH_ONLY: no job; there are\n${jobs.map(({ id }) => id).join('\n')}`);
  chosen.forEach((job, index) => {
    const [row] = rowsOf([measure(job, seeds)]);
    const speed = row?.fmax === undefined ? (row?.placeError ?? '') : `, ${row.fmax} MHz`;
    console.error(
      `${index + 1}/${chosen.length} ${job.id}: ${row?.error ?? `${row?.lutsPerPe} LUT/PE${speed}`}`,
    );
    writeResults(jobs);
  });
  console.log(page(writeResults(jobs)));
};

/** Files hold what the cache knows of every job, so that pieces of the bench add up. */
const writeResults = (jobs: readonly Job[]): ReturnType<typeof rowsOf> => {
  const results = jobs.map((job) => recall(job, allSeeds)).filter((result) => result !== undefined);
  const rows = rowsOf(results);
  writeFileSync(output, `${JSON.stringify({ schemaVersion: 1, tools, rows }, undefined, 2)}\n`);
  writeFileSync(resultsPage, page(rows));
  return rows;
};

try {
  main();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
