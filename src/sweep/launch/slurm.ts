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
import {
  slurmCommands,
  SlurmAway,
  SlurmRefused,
  type OutOfService,
  type Pilot,
  type Slurm,
} from './slurm-commands.js';
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
/** Pilots that lived so long do not end at their start: there was nothing to do for them, or their time was up. */
const steadyMs = 600_000;

/** The launcher `slurm`. @throws from its calls: ToolMissing, SweepError WORKERS_FAILED, FOLDER_NOT_WRITABLE */
export const slurmLauncher = (options: SlurmOptions): Launcher => {
  const { folder, program, workers, notice = () => undefined, lookMs = 10_000 } = options;
  // sbatch hands its environment on to the job.
  const { slurm = slurmCommands({ ...process.env, ...program.environment }) } = options;
  const home = join(folder, 'slurm');
  const path = join(home, 'pilot.sh');
  const script = pilotScript(program, home, options.options ?? []);
  const told = new Set<string>();
  let submitted = 0;
  let finishedBefore = 0;
  let lookedAt = -Infinity;
  let submittedAt = -Infinity;

  const tellOnce = (line: string): void => {
    if (!told.has(line)) notice(line);
    told.add(line);
  };

  const look = async (): Promise<void> => {
    lookedAt = performance.now();
    const seen = await census(slurm, script);
    if (seen === undefined) {
      tellOnce('slurm: the controller does not answer; waiting for it');
      return;
    }
    for (const line of warnings(seen)) tellOnce(line);
    const missing = workers - seen.pilots.filter(isAlive).length;
    if (missing <= 0) return;
    if (lookedAt - submittedAt > steadyMs) submitted = Math.min(submitted, workers);
    if (submitted + missing > workers * (1 + submissionsAllowed)) throw endedInVain(submitted, home);
    if (submitted > 0) notice(`slurm: ${missing} of ${workers} pilots are gone; submitting them again`);
    if (!(await submit(slurm, path, missing))) return;
    submitted += missing;
    submittedAt = lookedAt;
  };

  return {
    start: async () => {
      makeFolder(home);
      replaceFile(path, script.text);
      await look();
    },
    check: async (finished) => {
      if (finished > finishedBefore) submitted = Math.min(submitted, workers);
      finishedBefore = finished;
      if (performance.now() - lookedAt >= lookMs) await look();
    },
    drain: () => drain(slurm, script, Math.min(lookMs, 1000), notice),
  };
};

/** A job at hand may last; a pilot that Slurm believes to run although it is dead would last for ever. */
const patienceMs = 900_000;

/** Ends all pilots, those that run after the job at hand, and waits until they are gone. */
const drain = async (
  slurm: Slurm,
  script: PilotScript,
  lookMs: number,
  notice: (line: string) => void,
): Promise<void> => {
  const began = performance.now();
  const asked = new Set<string>();
  for (;;) {
    const pilots = (await census(slurm, script))?.pilots;
    if (pilots?.length === 0) return;
    const impatient = performance.now() - began > patienceMs;
    if (pilots !== undefined) await endPilots(slurm, pilots, asked, impatient).catch(ignoreRefusal);
    if (impatient) {
      notice(`slurm: ${pilots?.length ?? 'some'} pilots did not end, and were cancelled`);
      return;
    }
    await sleep(lookMs);
  }
};

/** A pilot is asked once to end: asked twice, its worker would not finish the job at hand. */
const endPilots = async (
  slurm: Slurm,
  pilots: readonly Pilot[],
  asked: Set<string>,
  impatient: boolean,
): Promise<void> => {
  const running = pilots.filter(({ state }) => state === 'RUNNING');
  const others = pilots.filter(({ state }) => state !== 'RUNNING' && state !== 'COMPLETING');
  await slurm.cancel((impatient ? pilots : others).map(({ id }) => id));
  const toAsk = running.map(({ id }) => id).filter((id) => !asked.has(id));
  await slurm.signal(toAsk, 'USR2');
  for (const id of toAsk) asked.add(id);
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

/** False: not now. @throws SweepError WORKERS_FAILED when Slurm will never take it */
const submit = async (slurm: Slurm, path: string, tasks: number): Promise<boolean> => {
  try {
    await slurm.submit(path, tasks);
    return true;
  } catch (error) {
    if (error instanceof SlurmAway) return false;
    if (!(error instanceof SlurmRefused)) throw error;
    throw new SweepError('WORKERS_FAILED', `${error.message}; correct --slurm-option, or ${path}`);
  }
};

const endedInVain = (pilots: number, home: string): SweepError =>
  new SweepError('WORKERS_FAILED', `${pilots} pilots were submitted and finished no job; see ${home}/*.log`);
