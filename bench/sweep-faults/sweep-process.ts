/** `nomul sweep run` as a process, with its own folder of results and its own cache of tools. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { markOf } from './processes.js';

export interface Variant {
  readonly name: string;
  /** Holds `out`, `cache` and `run.log`. */
  readonly folder: string;
  readonly out: string;
}

/** Emptied, so that everything is computed. */
export const freshVariant = (home: string, name: string): Variant => {
  const variant = variantAt(home, name);
  rmSync(variant.folder, { recursive: true, force: true });
  mkdirSync(variant.folder, { recursive: true });
  return variant;
};

export const variantAt = (home: string, name: string): Variant => {
  const folder = join(home, name);
  return { name, folder, out: join(folder, 'out') };
};

export interface SweepRun {
  readonly process: ChildProcess;
  /** Exit code, or null when it was killed. */
  readonly ended: Promise<number | null>;
}

const program = resolve('dist', 'cli', 'main.js');

/** Starts or resumes the sweep; what it prints goes to `run.log`. */
export const startSweep = (
  variant: Variant,
  sweep: string,
  options: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): SweepRun => {
  mkdirSync(variant.folder, { recursive: true });
  const log = openSync(join(variant.folder, 'run.log'), 'a');
  const child = spawn(process.execPath, [program, 'sweep', 'run', sweep, '--out', variant.out, ...options], {
    env: { ...environment, ...markOf(variant.folder), NOMUL_CACHE: join(variant.folder, 'cache') },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number | null>((settle) => child.once('exit', (code) => settle(code)));
  return { process: child, ended };
};
