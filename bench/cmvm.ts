/**
 * npx tsx bench/run.ts cmvm: constant matrices of ../shared/data/cmvm as our cmvm unit and as da4ml makes them, cells counted by
 * the same Yosys with the same flags, adders and CPU time of the solvers in the same run. Every step is kept under
 * .cache/bench-cmvm and not done again: a run that was stopped goes on. BENCH_ONLY=t_16x16_s50,int4_16x16 limits the matrices,
 * BENCH_PARTS=pipelined,combinational,adders what is measured. Results of all matrices measured so far:
 * bench/results/cmvm.json and docs/results/cmvm.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  cellsOf,
  da4mlCells,
  da4mlSolution,
  dataFolder,
  prepareTools,
  tools,
  type Target,
} from './cmvm/driver.js';
import { BenchError } from './tools/python.js';
import { make } from './cmvm/ours.js';
import { page } from './cmvm/page.js';
import { keyOf, resultsFormat, type Row } from './cmvm/results.js';
import { workloadsIn, type Workload } from './cmvm/workloads.js';

const output = join('bench', 'results', 'cmvm.json');
const document = join('docs', 'results', 'cmvm.md');
const targets = ['ice40', 'ecp5'] as const;

const listOf = (name: string): readonly string[] | undefined => process.env[name]?.split(',').filter(Boolean);

const pipelined = (workload: Workload, target: Target): Row => {
  const { file, facts } = make(workload, target, {});
  return {
    part: 'pipelined',
    matrix: workload.name,
    target,
    ours: { ...facts, cells: cellsOf(file, target) },
    da4ml: {
      ...da4mlSolution(workload.file, {}),
      cells: da4mlCells(workload.file, 'dap', target),
    },
  };
};

const combinational = (workload: Workload): Row => {
  const { file, facts } = make(workload, 'ecp5', { levelsPerStage: 0 });
  return {
    part: 'combinational',
    matrix: workload.name,
    target: 'ecp5',
    ours: { ...facts, cells: cellsOf(file, 'ecp5') },
    da4ml: { ...da4mlSolution(workload.file, {}), cells: da4mlCells(workload.file, 'da', 'ecp5') },
  };
};

const adders = (workload: Workload, isDeep: boolean): Row => ({
  part: isDeep ? 'adders, any depth' : 'adders, least depth',
  matrix: workload.name,
  ours: make(workload, 'ecp5', { objective: 'adders', extraDepth: isDeep ? Infinity : 0 }).facts,
  da4ml: da4mlSolution(workload.file, isDeep ? {} : { hard_dc: 0 }),
});

const rowsOf = (workload: Workload, parts: readonly string[]): readonly (() => Row)[] => [
  ...(parts.includes('adders') ? [true, false].map((isDeep) => () => adders(workload, isDeep)) : []),
  ...(parts.includes('pipelined') ? targets.map((target) => () => pipelined(workload, target)) : []),
  ...(parts.includes('combinational') && workload.isCombinational ? [() => combinational(workload)] : []),
];

const known = (): readonly Row[] =>
  existsSync(output) ? resultsFormat.parse(JSON.parse(readFileSync(output, 'utf8'))).rows : [];

const write = (rows: readonly Row[], names: readonly string[]): void => {
  const order = (row: Row): number => names.indexOf(row.matrix);
  const sorted = [...rows].sort((a, b) => order(a) - order(b) || keyOf(a).localeCompare(keyOf(b)));
  for (const file of [output, document]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(output, `${JSON.stringify({ schemaVersion: 1, tools, rows: sorted }, undefined, 1)}\n`);
  writeFileSync(document, page(sorted, names, tools));
};

const main = (): void => {
  prepareTools();
  const workloads = workloadsIn(dataFolder);
  const names = workloads.map(({ name }) => name);
  const only = listOf('BENCH_ONLY') ?? names;
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new BenchError(`BENCH_ONLY: there is no matrix ${unknown}`);
  const parts = listOf('BENCH_PARTS') ?? ['pipelined', 'combinational', 'adders'];
  for (const workload of workloads.filter(({ name }) => only.includes(name))) {
    for (const measure of rowsOf(workload, parts)) {
      const row = measure();
      write([...known().filter((old) => keyOf(old) !== keyOf(row)), row], names);
      console.error(keyOf(row), JSON.stringify(row.ours.cells ?? row.ours.adders));
    }
  }
  console.log(page(known(), names, tools));
};

try {
  main();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
