/**
 * npx tsx bench/run.ts search: `nomul search` beside the five methods on Fashion-MNIST and the 8x8 digits, everything on the same
 * target and array, as long trained, with the same tools and seeds. Float networks and single methods' results come from .cache/bench-methods
 * and are made where they are missing, as in the methods bench (seed 1). Every search can be interrupted and goes on.
 *   BENCH_SET=digits,fashion    workloads (default: both)
 *   BENCH_MINIMIZE=luts,energy  what is minimized (default: both, one search each)
 * Results of all runs so far: bench/results/search.json, docs/results/search.md.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineProgress } from '../src/cli/progress.js';
import { search, searchOptionsSchema, type SearchReport } from '../src/sweep/index.js';
import { floatNetwork, type Place } from './methods/float.js';
import { outputOf, runJob } from './methods/run-job.js';
import type { Job, Workload } from './methods/workloads.js';
import { page } from './search/page.js';
import { keyOf, resultsSchema, type ComparedNetwork, type Comparison } from './search/results.js';
import { searchWorkloads, type SearchWorkload } from './search/workloads.js';

const output = join('bench', 'results', 'search.json');
const document = join('docs', 'results', 'search.md');
const home = join('.cache', 'bench-search');
const liberty = join('..', 'shared', 'data', 'liberty', 'sky130hd_tt.lib.gz');
const place: Place = {
  data: join('..', 'shared', 'data', 'datasets'),
  cache: join('.cache', 'bench-methods'),
};
const seed = 1;
const objectives = ['luts', 'energy'] as const;
type Objective = (typeof objectives)[number];

const listOf = (name: string): readonly string[] | undefined => process.env[name]?.split(',').filter(Boolean);

const writeWhole = (path: string, text: string): void => {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
};

const known = (): readonly Comparison[] =>
  existsSync(output) ? resultsSchema.parse(JSON.parse(readFileSync(output, 'utf8'))).comparisons : [];

const keep = (comparison: Comparison): void => {
  const others = known().filter((old) => keyOf(old) !== keyOf(comparison));
  const comparisons = [...others, comparison].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  writeWhole(output, `${JSON.stringify({ schemaVersion: 1, comparisons }, undefined, 1)}\n`);
  writeWhole(document, page(comparisons));
};

const { report: progress } = lineProgress((line) => console.error(`  ${line}`));

/** Folder of a single method's result, made where it is missing. */
const singleOf = async (workload: Workload, job: Job): Promise<string> => {
  const folder = outputOf(workload, job, seed, place);
  if (!existsSync(join(folder, 'report.json'))) await runJob(workload, job, seed, place, { progress });
  return folder;
};

const networkOf = (
  name: string,
  { costs, setting, ...single }: SearchReport['singles'][number],
): ComparedNetwork => ({ name, ...single, ...setting, ...costs });

const compare = async (
  { workload, target, array, activationBits, epochs, ...rivals }: SearchWorkload,
  minimize: Objective,
  maxLoss: number,
): Promise<Comparison> => {
  const jobs = [...rivals.singles, ...rivals.narrowed, ...rivals.uniform];
  const [first] = jobs;
  if (first === undefined) throw new RangeError('a workload has jobs');
  const model = await floatNetwork(workload, first.network, seed, place, { progress });
  const singles: string[] = [];
  for (const job of jobs) singles.push(await singleOf(workload, job));
  const name = `${workload.name}-${target}-${array.rows}x${array.columns}-${minimize}-${maxLoss}`;
  const { report } = await search(
    searchOptionsSchema.parse({
      ...{ model, target, minimize, maxLoss, epochs, singles, liberty, seed },
      ...{ arrays: [array], activationBits: [...activationBits], validation: workload.validation },
      data: workload.prefix === undefined ? place.data : `${place.data}:${workload.prefix}`,
      // Lookup tables and energy do not depend on the placement; one seed tells the clock.
      ...{ out: join(home, name), verilator: 2, placeSeeds: 1 },
    }),
    { progress },
  );
  const { chosen, float, designs, tried } = report;
  const measured = report.singles.map((single, i) => networkOf(jobs[i]?.name ?? single.method, single));
  const of = (some: readonly Job[]): ComparedNetwork[] =>
    some.flatMap((job) => measured[jobs.indexOf(job)] ?? []);
  return {
    ...{ workload: workload.name, title: workload.title, target, array: `${array.rows}x${array.columns}` },
    ...{ activationBits: [...activationBits], epochs, float: float.test, minimize, maxLoss },
    ...{ designs, tried: tried.length },
    trainingCpuSeconds: tried.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    search: networkOf(`search for ${minimize}`, {
      ...{ method: 'search', accuracy: chosen.accuracy.test, reason: null },
      ...{ costs: chosen.costs, setting: chosen.setting },
    }),
    singles: of(rivals.singles),
    narrowed: of(rivals.narrowed),
    uniform: of(rivals.uniform),
  };
};

const sets = listOf('BENCH_SET');
const minimized = listOf('BENCH_MINIMIZE');
mkdirSync(home, { recursive: true });
for (const workload of searchWorkloads) {
  if (sets !== undefined && !sets.includes(workload.workload.name)) continue;
  for (const objective of objectives) {
    if (minimized !== undefined && !minimized.includes(objective)) continue;
    for (const maxLoss of workload.maxLosses) keep(await compare(workload, objective, maxLoss));
  }
}
console.log(page(known()));
