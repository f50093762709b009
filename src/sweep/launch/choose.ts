/** From what was asked for to a launcher. */

import { availableParallelism } from 'node:os';
import { workerProgram } from '../worker/programs.js';
import { localLauncher } from './local.js';
import { noLauncher, type Launcher } from './launcher.js';
import { slurmLauncher } from './slurm.js';

export const launcherNames = ['local', 'slurm'] as const;
export type LauncherName = (typeof launcherNames)[number];

export interface LauncherRequest {
  readonly folder: string;
  readonly launcher?: LauncherName | undefined;
  /** Workers; 0: somebody else starts them; undefined: one for every second processor of this machine. */
  readonly jobs?: number | undefined;
  /** Address of the queue, where it is not in the folder. */
  readonly queue?: string | undefined;
  /** Options of sbatch. */
  readonly slurmOption?: readonly string[] | undefined;
  readonly notice?: ((line: string) => void) | undefined;
}

/** Nothing to do for half an hour: the sweep is gone, or its last jobs take long. */
const pilotIdle = '1800';
/** Of the 120 s that Slurm gives a pilot to end in. */
const pilotGrace = '100';

export const chooseLauncher = (request: LauncherRequest): Launcher => {
  const { folder, queue, launcher = 'local', notice, slurmOption = [] } = request;
  // Tools use one processor, and a gigabyte of memory.
  const { jobs: workers = Math.max(1, Math.floor(availableParallelism() / 2)) } = request;
  if (workers === 0) return noLauncher;
  if (launcher === 'local') {
    const program = workerProgram(folder, ['--attached', '--quiet', '--json'], queue);
    return localLauncher({ program, workers });
  }
  const program = workerProgram(folder, ['--idle', pilotIdle, '--grace', pilotGrace, '--quiet'], queue);
  return slurmLauncher({
    ...{ folder, program, workers, options: slurmOption },
    ...(notice === undefined ? {} : { notice }),
  });
};
