/** How this package starts its own processes, compiled or from source. */

import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutorProgram } from './child.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside what this process has. */
  readonly environment?: Readonly<Record<string, string>>;
}

const ending = extname(import.meta.url);
const isSource = ending === '.ts';
/** TypeScript needs its loader, whoever started this process. */
const loader: readonly string[] = isSource ? ['--import', import.meta.resolve('tsx')] : [];
const beside = (path: string): string => fileURLToPath(new URL(`${path}${ending}`, import.meta.url));

export const executorProgram = (folder: string): ExecutorProgram => ({
  module: beside('./executor-main'),
  args: [folder],
  execArgv: loader,
});

/** `nomul sweep worker FOLDER` as a process. The queue's address may hold a password, which command lines would show. */
export const workerProgram = (folder: string, args: readonly string[] = [], queue?: string): Program => ({
  command: process.execPath,
  args: [...loader, beside('../../cli/main'), 'sweep', 'worker', folder, ...args],
  ...(queue === undefined ? {} : { environment: { NOMUL_QUEUE: queue } }),
});
