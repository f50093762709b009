/** What the environment asks of the bench. */
import { join, resolve } from 'node:path';

export const parts = ['kill', 'redis', 'slurm'] as const;
export type Part = (typeof parts)[number];

export interface Settings {
  readonly parts: readonly Part[];
  readonly sweep: string;
  /** Results, logs and caches of all variants. */
  readonly home: string;
  readonly workers: number;
  readonly seed: number;
  /** Times at which everything is killed. */
  readonly kills: number;
  readonly workerKills: number;
  readonly serverKills: number;
  readonly scriptKills: number;
  /** Go on with, or use, the serial run that is there. */
  readonly keepReference: boolean;
}

const whole = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name}: expected a whole number`);
  return value;
};

/** @throws RangeError for what is no number or no part */
export const settingsFromEnvironment = (): Settings => {
  const asked = (process.env['BENCH_FAULTS'] ?? parts.join(',')).split(',').filter((name) => name !== '');
  const unknown = asked.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw new RangeError(`BENCH_FAULTS: ${unknown} is none of ${parts.join(', ')}`);
  return {
    parts: parts.filter((part) => asked.includes(part)),
    sweep: process.env['BENCH_SWEEP'] ?? join('bench', 'sweeps', 'issue-48.json'),
    home: resolve(process.env['BENCH_HOME'] ?? join('.cache', 'bench-sweep-faults')),
    workers: whole('BENCH_WORKERS', 4),
    seed: whole('BENCH_SEED', 1),
    kills: whole('BENCH_KILLS', 8),
    workerKills: whole('BENCH_WORKER_KILLS', 20),
    serverKills: whole('BENCH_SERVER_KILLS', 2),
    scriptKills: whole('BENCH_SCRIPT_KILLS', 3),
    keepReference: process.env['BENCH_REFERENCE'] !== 'fresh',
  };
};
