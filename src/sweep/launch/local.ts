/** Workers as processes of this machine, started again when they end by mistake. */

import { spawn, type ChildProcess } from 'node:child_process';
import { SweepError } from '../errors.js';
import type { Program } from '../worker/programs.js';
import { failureOf, newWords, type Words } from './ending.js';
import type { Launcher } from './launcher.js';

export interface LocalOptions {
  /** What to run; with `--attached` it ends when its standard input does, with `--json` it tells why it failed. */
  readonly program: Program;
  readonly workers: number;
}

/** Workers that end one after the other while no job is finished: starting more would change nothing. */
const endingsAllowed = 20;

interface Running {
  readonly child: ChildProcess;
  readonly words: Words;
}

export const localLauncher = ({ program, workers }: LocalOptions): Launcher => {
  const running = new Set<Running>();
  let endings = 0;
  let finishedBefore = 0;
  let fatal: Error | undefined;
  let draining = false;
  const launch = (): void => {
    // In a group of its own, so that Ctrl-C reaches only us; its standard input ends when we do.
    const child = spawn(program.command, [...program.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...program.environment },
      detached: true,
    });
    const entry: Running = { child, words: newWords() };
    running.add(entry);
    child.stdout.on('data', (chunk: Buffer) => {
      entry.words.onOutput(chunk);
      // After its last word nothing of ours must keep it.
      if (entry.words.envelope() !== undefined) child.stdin.end();
    });
    child.stderr.on('data', (chunk: Buffer) => entry.words.onError(chunk));
    child.stdin.on('error', () => undefined);
    const ended = (failure: Error | undefined): void => {
      if (!running.delete(entry) || draining) return;
      endings++;
      fatal ??= failure;
    };
    child.on('error', (error) => ended(new SweepError('WORKERS_FAILED', error.message)));
    // Not `exit`: all that it said is here then.
    child.on('close', (code) => ended(failureOf(code, entry.words)));
  };
  const end = (): void => running.forEach(({ child }) => child.kill('SIGKILL'));
  return {
    start: () => {
      draining = false;
      process.once('exit', end);
      for (let index = 0; index < workers; index++) launch();
      return Promise.resolve();
    },
    check: (finished) => {
      if (finished > finishedBefore) endings = 0;
      finishedBefore = finished;
      if (fatal !== undefined) return Promise.reject(fatal);
      if (endings > endingsAllowed * workers)
        return Promise.reject(
          new SweepError(
            'WORKERS_FAILED',
            `workers ended ${endings} times without finishing a job; see FOLDER/log`,
          ),
        );
      while (running.size < workers) launch();
      return Promise.resolve();
    },
    drain: async () => {
      draining = true;
      await Promise.all(
        [...running].map(
          ({ child }) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) {
                resolve();
                return;
              }
              child.once('exit', () => resolve());
              child.kill('SIGINT');
            }),
        ),
      );
      process.removeListener('exit', end);
    },
  };
};
