/** Slurm's commands as functions: what they are asked, and what their answers mean. */

import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { ToolMissing } from '../../tools/index.js';

/** One task of a job array that runs, or is to run, a worker. */
export interface Pilot {
  /** `JOB_TASK`. */
  readonly id: string;
  /** PENDING, RUNNING, COMPLETING ... */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
}

/** A machine that takes no jobs. */
export interface OutOfService {
  readonly node: string;
  readonly state: string;
  readonly reason: string;
}

export interface Slurm {
  /** Submits `tasks` tasks of a script. @throws SlurmRefused when the cluster does not take it */
  submit(script: string, tasks: number): Promise<void>;
  /** Tasks of ours with this name. @throws SlurmRefused */
  pilots(name: string): Promise<readonly Pilot[]>;
  /** Machines that are drained or down. @throws SlurmRefused */
  outOfService(): Promise<readonly OutOfService[]>;
  /** Sends a signal to the script of tasks that run. @throws SlurmRefused */
  signal(ids: readonly string[], signal: string): Promise<void>;
  /** Ends tasks, or forgets them. @throws SlurmRefused */
  cancel(ids: readonly string[]): Promise<void>;
}

/** A command that was refused, by the words of Slurm. */
export class SlurmRefused extends Error {
  override readonly name: string = 'SlurmRefused';
}

/** The controller does not answer; it may be starting again. */
export class SlurmAway extends SlurmRefused {
  override readonly name = 'SlurmAway';
}

const run = promisify(execFile);
/** Longer than Slurm's own limit for a message, 10 s, and its retry. */
const answerLimitMs = 60_000;

/** Commands found on PATH of `environment`. Each throws ToolMissing when it is not there. */
export const slurmCommands = (environment: NodeJS.ProcessEnv = process.env): Slurm => {
  const user = userInfo().username;
  const ask = async (program: string, args: readonly string[]): Promise<readonly string[]> => {
    try {
      const { stdout } = await run(program, [...args], { env: environment, timeout: answerLimitMs });
      return stdout.split('\n').filter((line) => line.trim() !== '');
    } catch (error) {
      throw refusal(program, error);
    }
  };
  return {
    submit: async (script, tasks) => {
      await ask('sbatch', ['--parsable', `--array=1-${tasks}`, script]);
    },
    pilots: async (name) =>
      (
        await ask('squeue', [
          '--noheader',
          `--user=${user}`,
          '--array',
          `--name=${name}`,
          '--format=%i|%T|%r',
        ])
      ).map((line) => {
        const [id = '', state = '', ...reason] = line.split('|');
        return { id, state, reason: reason.join('|') };
      }),
    outOfService: async () =>
      (await ask('sinfo', ['--noheader', '--Node', '--format=%N|%T|%E']))
        .map((line) => {
          const [node = '', state = '', ...reason] = line.split('|');
          return { node, state, reason: reason.join('|') };
        })
        .filter(({ state }) => /drain|down|fail|inval|not_responding|\*/i.test(state)),
    signal: async (ids, signal) => {
      if (ids.length > 0) await ask('scancel', ['--batch', `--signal=${signal}`, ...ids]);
    },
    cancel: async (ids) => {
      if (ids.length > 0) await ask('scancel', ids);
    },
  };
};

const refusal = (program: string, error: unknown): Error => {
  if (!(error instanceof Error)) return new SlurmRefused(`${program}: ${String(error)}`);
  if ('code' in error && error.code === 'ENOENT') {
    return new ToolMissing(program, `${program} was not found on PATH`, 'apt-get install slurm-client');
  }
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  const Refusal = /contact|timed out|socket|connection/i.test(said) ? SlurmAway : SlurmRefused;
  return new Refusal(`${program}: ${said === '' ? error.message : said}`);
};
