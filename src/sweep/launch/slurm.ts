/**
 * Workers as jobs of a Slurm cluster: an array of pilots, each of which runs jobs of the sweep's queue until the sweep is
 * finished. Slurm starts no pilot again whose script was killed, and holds those that it failed to start; so we look, again
 * and again, and submit what is missing.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SweepError } from '../errors.js';
import { makeFolder, replaceFile } from '../store/files.js';
import type { Program } from '../worker/programs.js';
import type { Launcher } from './launcher.js';
import { slurmCommands, SlurmRefused, type OutOfService, type Pilot, type Slurm } from './slurm-commands.js';
import { pilotScript, type PilotScript } from './slurm-script.js';

export interface SlurmOptions {
  /** The sweep's folder, seen under the same path by all machines. */
  readonly folder: string;
  readonly program: Program;
  readonly workers: number;
  /** More options of sbatch, one each: `--partition=short`, `--time=4:00:00`, `--mem=4G`. */
  readonly options?: readonly string[];
  /** Lines for people. */
  readonly notice?: (line: string) => void;
  /** Time between two looks; 10 s by default. */
  readonly lookMs?: number;
  readonly slurm?: Slurm;
}

/** Pilots submitted one after the other for each worker while no job is finished: more would change nothing. */
const submissionsAllowed = 5;

/** The launcher `slurm`. @throws from its calls: ToolMissing, SweepError WORKERS_FAILED, FOLDER_NOT_WRITABLE */
export const slurmLauncher = (options: SlurmOptions): Launcher => {
  const { folder, workers, notice = () => undefined, lookMs = 10_000, slurm = slurmCommands() } = options;
  const home = join(folder, 'slurm');
  const path = join(home, 'pilot.sh');
  const script = pilotScript(options.program, home, options.options ?? []);
  const told = new Set<string>();
  let submitted = 0;
  let finishedBefore = 0;
  let lookedAt = -Infinity;

  const tellOnce = (line: string): void => {
    if (!told.has(line)) notice(line);
    told.add(line);
  };

  const look = async (): Promise<void> => {
    lookedAt = performance.now();
    const seen = await census(slurm, script);
    if (seen === undefined) return tellOnce('slurm: the controller does not answer; waiting for it');
    for (const line of warnings(seen)) tellOnce(line);
    const missing = workers - seen.pilots.filter(isAlive).length;
    if (missing <= 0) return;
    submitted += missing;
    if (submitted > workers * (1 + submissionsAllowed)) throw endedInVain(submitted, home);
    if (submitted > workers) notice(`slurm: ${missing} of ${workers} pilots are gone; submitting them again`);
    await submitOr(slurm, path, missing);
  };

  return {
    start: async () => {
      makeFolder(home);
      replaceFile(path, script.text);
      await look();
    },
    check: async (finished) => {
      if (finished > finishedBefore) submitted = workers;
      finishedBefore = finished;
      if (performance.now() - lookedAt >= lookMs) await look();
    },
    drain: async () => {
      for (;;) {
        const left = (await census(slurm, script))?.pilots.length;
        if (left === 0) return;
        // Again each time: a pilot may have started since, or may be ending for Slurm's reasons to be queued again.
        if (left !== undefined) await slurm.cancel(script.name, 'USR2').catch(ignoreRefusal);
        await sleep(Math.min(lookMs, 1000));
      }
    },
  };
};

interface Census {
  readonly pilots: readonly Pilot[];
  readonly outOfService: readonly OutOfService[];
}

/** undefined: nobody knows; the controller may be starting again. */
const census = async (slurm: Slurm, { name }: PilotScript): Promise<Census | undefined> => {
  try {
    const pilots = await slurm.pilots(name);
    const waits = pilots.some(({ state }) => state === 'PENDING');
    return { pilots, outOfService: waits ? await slurm.outOfService() : [] };
  } catch (error) {
    ignoreRefusal(error);
    return undefined;
  }
};

const ignoreRefusal = (error: unknown): void => {
  if (!(error instanceof SlurmRefused)) throw error;
};

/** It works, or will without anybody's help. */
const isAlive = (pilot: Pilot): boolean =>
  !isHeld(pilot) && /^(PENDING|CONFIGURING|RUNNING|SUSPENDED|REQUEUED|RESIZING)$/.test(pilot.state);

const isHeld = ({ state, reason }: Pilot): boolean => state === 'PENDING' && /held/i.test(reason);

/** What an administrator has to do. */
const warnings = ({ pilots, outOfService }: Census): readonly string[] => [
  ...pilots
    .filter(isHeld)
    .map(({ id, reason }) => `slurm: pilot ${id} is held (${reason}); scontrol release ${id}`),
  ...outOfService.map(
    ({ node, state, reason }) =>
      `slurm: node ${node} is ${state} (${reason}); when it is sound: scontrol update nodename=${node} state=resume`,
  ),
];

const submitOr = async (slurm: Slurm, path: string, tasks: number): Promise<void> => {
  try {
    await slurm.submit(path, tasks);
  } catch (error) {
    if (!(error instanceof SlurmRefused)) throw error;
    throw new SweepError('WORKERS_FAILED', `${error.message}; correct --slurm-option, or ${path}`);
  }
};

const endedInVain = (pilots: number, home: string): SweepError =>
  new SweepError('WORKERS_FAILED', `${pilots} pilots were submitted and finished no job; see ${home}/*.log`);
