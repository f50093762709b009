/** Runs bench/cmvm/driver.py, one job at a time, in an environment with pinned tools. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchError, preparePython } from '../tools/python.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const workFolder = join(root, '.cache', 'bench-cmvm');
const environment = join(workFolder, 'venv');
export const baselineFolder = resolve(root, '..', 'shared', 'bench', 'arrays');
export const dataFolder = resolve(root, '..', 'shared', 'data', 'cmvm');

/** What both sides are measured with. */
export const tools = ['da4ml==0.6.0', 'numpy==2.4.6', 'yowasp-yosys==0.70.0.0.post1259'] as const;

export type Target = 'ice40' | 'ecp5';
/** What bench/cmvm/driver.py takes. */
export type Job =
  | { readonly kind: 'adders'; readonly matrix: string; readonly options: Readonly<Record<string, number>> }
  | {
      readonly kind: 'baseline';
      readonly matrix: string;
      readonly generator: 'dap' | 'da';
      readonly target: Target;
    }
  | { readonly kind: 'verilog'; readonly file: string; readonly target: Target };

const solution = z.object({ adders: z.number(), depth: z.number(), cpuSeconds: z.number() });
const counts = z.object({ lut: z.number(), ff: z.number() });
export type Solution = z.infer<typeof solution>;
export type Counts = z.infer<typeof counts>;

export const da4mlSolution = (matrix: string, options: Readonly<Record<string, number>>): Solution =>
  solution.parse(run({ kind: 'adders', matrix, options }));

export const da4mlCells = (matrix: string, generator: 'dap' | 'da', target: Target): Counts =>
  counts.parse(run({ kind: 'baseline', matrix, generator, target }));

export const cellsOf = (file: string, target: Target): Counts =>
  counts.parse(run({ kind: 'verilog', file, target }));

/** Makes the Python environment once. @throws BenchError */
export const prepareTools = (): void => {
  if (!existsSync(baselineFolder)) throw new BenchError(`the baselines are not here: ${baselineFolder}`);
  preparePython(environment, tools);
};

const run = (job: Job): unknown => {
  for (const folder of ['kept', 'tmp']) mkdirSync(join(workFolder, folder), { recursive: true });
  const list = join(workFolder, `job-${process.pid}.json`);
  writeFileSync(list, JSON.stringify([{ id: '', ...job }]));
  const driver = join(root, 'bench', 'cmvm', 'driver.py');
  const { status, stdout } = spawnSync(
    join(environment, 'bin', 'python'),
    [driver, baselineFolder, join(workFolder, 'kept'), list],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        BENCH_VERSIONS: tools.join(' '),
        BENCH_TMP: join(workFolder, 'tmp'),
        YOSYS: join(environment, 'bin', 'yowasp-yosys'),
        PYTHONDONTWRITEBYTECODE: '1',
        OMP_NUM_THREADS: '1',
      },
    },
  );
  if (status !== 0) throw new BenchError(`bench/cmvm/driver.py ended with status ${String(status)}`);
  return JSON.parse(stdout);
};
