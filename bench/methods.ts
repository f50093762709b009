/**
 * npx tsx bench/run.ts methods: the five methods and uniform baselines, trained and rounded by `nomul quantize` on Fashion-MNIST
 * and the 8x8 digits of ../shared/data/datasets. Trained networks and results stay in .cache/bench-methods and checkpoints
 * make an interrupted run go on. The test pictures are looked at once, by the final integer network; whatever is chosen is
 * chosen by validation pictures.
 *   BENCH_SEEDS=1,2,3        seeds of initial weights, order and split (the default)
 *   BENCH_SET=fashion,digits workloads (default: both)
 *   BENCH_ONLY=inq,prom      jobs whose name, method or network holds one of the words; a whole name: this job alone
 * Results of all runs so far: bench/results/methods.json and docs/results/methods.md.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineProgress } from '../src/cli/progress.js';
import { page } from './methods/document.js';
import { keyOf, resultsFormat, type Row } from './methods/results.js';
import { runJob } from './methods/run-job.js';
import { digits, digitsEvolution, fashion, type Job, type Workload } from './methods/workloads.js';

const output = join('bench', 'results', 'methods.json');
const document = join('docs', 'results', 'methods.md');
const place = { data: join('..', 'shared', 'data', 'datasets'), cache: join('.cache', 'bench-methods') };

const listOf = (name: string): readonly string[] | undefined => process.env[name]?.split(',').filter(Boolean);

const known = (): readonly Row[] =>
  existsSync(output) ? resultsFormat.parse(JSON.parse(readFileSync(output, 'utf8'))).rows : [];

const writeWhole = (path: string, text: string): void => {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
};

const keep = (row: Row, order: readonly string[]): void => {
  const others = known().filter((old) => keyOf(old) !== keyOf(row));
  const at = ({ workload, network, job }: Row): number => order.indexOf([workload, network, job].join());
  const rows = [...others, row].sort((a, b) => at(a) - at(b) || a.seed - b.seed);
  writeWhole(output, `${JSON.stringify({ schemaVersion: 1, rows }, undefined, 1)}\n`);
  writeWhole(document, page(rows));
};

/** A word that is a job's whole name stands for this job alone. */
const wanted = (jobs: readonly Job[], words: readonly string[] | undefined): readonly Job[] => {
  if (words === undefined) return jobs;
  const matches = (word: string, { name, method, network }: Job): boolean =>
    jobs.some((job) => job.name === word)
      ? name === word
      : `${name} ${method} ${network.name}`.toLowerCase().includes(word.toLowerCase());
  return jobs.filter((job) => words.some((word) => matches(word, job)));
};

const main = async (): Promise<void> => {
  if (!existsSync(place.data)) {
    console.error(`bench: ${place.data} is not there; the data sets are needed`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(place.cache, { recursive: true });
  const workloads: readonly Workload[] = [fashion, digits, digitsEvolution];
  const order = workloads.flatMap(({ name, jobs }) =>
    jobs.map((job) => [name, job.network.name, job.name].join()),
  );
  const sets = listOf('BENCH_SET') ?? ['fashion', 'digits'];
  const seeds = (listOf('BENCH_SEEDS') ?? ['1', '2', '3']).map(Number);
  for (const seed of seeds) {
    for (const workload of workloads.filter(({ name }) => sets.includes(name))) {
      for (const job of wanted(workload.jobs, listOf('BENCH_ONLY'))) {
        const { report: progress } = lineProgress((line) => console.error(`  ${line}`));
        const row = await runJob(workload, job, seed, place, { progress });
        keep(row, order);
        const figures = `${(100 * row.before).toFixed(2)} -> ${(100 * row.after).toFixed(2)} %`;
        console.error(`${keyOf(row)}: ${figures}, ${row.cpuSeconds.toFixed(0)} CPU s`);
      }
    }
  }
  console.log(page(known()));
};

await main();
