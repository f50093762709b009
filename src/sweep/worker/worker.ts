/** A worker: takes jobs from a queue, has its executor run them, keeps its claim alive, tells the queue how it went. */

import { setTimeout as wait } from 'node:timers/promises';
import type { StageFailure } from '../errors.js';
import type { Claim, Queue } from '../queue/queue.js';
import { openLog, type Log } from '../store/log.js';
import { lookUp, openStore, type Store } from '../store/store.js';
import { Executor, type Ending, type ExecutorProgram } from './child.js';
import { idleSince } from './idle.js';
import { memoryLimitMiB, outOfMemory, outOfTime, timeLimitMs } from './limits.js';

export interface WorkerOptions {
  /** The sweep's folder. */
  readonly folder: string;
  readonly queue: Queue;
  readonly executor: ExecutorProgram;
  /** Aborted: the job at hand is finished, then the worker ends. */
  readonly signal: AbortSignal;
  /** After `signal`: a job that takes longer is given back unfinished. Default: no limit. */
  readonly graceMs?: number;
  /** Without a job for so long, and none at work elsewhere, the worker ends. Default: never. */
  readonly idleMs?: number;
  /** Called when a job begins and ends. */
  readonly progress?: (label: string, stage: string, event: 'begin' | 'done' | 'failed') => void;
}

/** How often an empty queue is asked. */
const pollMs = 50;

/** Returns the number of jobs that were finished. @throws SweepError FOLDER_NOT_WRITABLE and other failures that stop all */
export const runWorker = async (options: WorkerOptions): Promise<number> => {
  const { folder, queue, signal, idleMs = Infinity } = options;
  const runner = new Executor(options.executor);
  const end = (): void => runner.kill();
  process.once('exit', end);
  let finished = 0;
  try {
    const context: Context = { ...options, store: openStore(folder), log: openLog(folder, 'worker'), runner };
    const idle = idleSince(queue, idleMs);
    while (!signal.aborted) {
      const claim = await queue.claim();
      if (claim === undefined) {
        if (await idle.isOver()) break;
        await wait(pollMs, undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (await runClaim(claim, context)) finished++;
      idle.reset();
    }
    return finished;
  } finally {
    process.removeListener('exit', end);
    runner.kill();
    await queue.close();
  }
};

interface Context extends WorkerOptions {
  readonly store: Store;
  readonly log: Log;
  readonly runner: Executor;
}

/** True: its result is stored. @throws SweepError for failures that stop the sweep */
const runClaim = async (claim: Claim, context: Context): Promise<boolean> => {
  const { queue, store, log, progress } = context;
  const { stage, key, label } = claim.job;
  // Somebody who was thought lost has finished it.
  if (lookUp(store, stage, key).kind === 'found') {
    await queue.complete(claim);
    return true;
  }
  const tries = claim.failures + claim.losses;
  log({ event: 'begin', stage, key, label, tries });
  progress?.(label, stage, 'begin');
  const ending = await execute(claim, context).catch(async (error: unknown) => {
    // It is the worker that cannot go on: the job is somebody else's.
    await queue.release(claim).catch(() => undefined);
    throw error;
  });
  log({ event: ending.kind, stage, key, label, tries, ...detailsOf(ending) });
  progress?.(label, stage, ending.kind === 'done' ? 'done' : 'failed');
  return await settle(claim, ending, queue);
};

const detailsOf = (ending: Ended): Readonly<Record<string, unknown>> => {
  switch (ending.kind) {
    case 'done':
      return { seconds: ending.seconds };
    case 'failed':
      return { ...ending.failure };
    case 'crashed':
      return { message: ending.how };
    case 'unneeded':
      return { message: ending.why };
    default:
      return {};
  }
};

/** `stolen`: the queue gave the job to somebody else. `given back`: there was no time to finish it. */
type Ended = Ending | { readonly kind: 'stolen' } | { readonly kind: 'given back' };

const settle = async (claim: Claim, ending: Ended, queue: Queue): Promise<boolean> => {
  switch (ending.kind) {
    case 'done':
    case 'unneeded':
    case 'stolen':
      await queue.complete(claim);
      return ending.kind === 'done';
    case 'given back':
    case 'ready':
      await queue.release(claim);
      return false;
    case 'killed':
      await queue.lose(claim);
      return false;
    case 'crashed':
      await queue.fail(claim, crash(ending.how));
      return false;
    case 'failed':
      await queue.fail(claim, ending.failure);
      return false;
  }
};

const crash = (how: string): StageFailure => ({
  code: 'STAGE_CRASHED',
  message: how.split('\n')[0] ?? how,
  again: true,
  stops: false,
  log: how,
});

/** What listens to the stage's signal ends by itself in this time; what does not is killed. */
const patienceMs = 5000;

/** Runs the job, with a beat every `beatMs`. @throws what the queue throws when it cannot be told */
const execute = async (claim: Claim, { queue, runner, signal, graceMs, store }: Context): Promise<Ended> => {
  const started = performance.now();
  const { stage, key } = claim.job;
  let early: Ended | undefined;
  const stop = (ending: Ended): void => {
    early ??= ending;
    runner.kill();
  };
  const limitMs = timeLimitMs(claim.job);
  const tooLong = (): void => stop({ kind: 'failed', failure: outOfTime(claim.job) });
  const timers = [setTimeout(tooLong, limitMs + Math.min(patienceMs, limitMs))];
  const grace = (): void => {
    if (graceMs !== undefined) timers.push(setTimeout(() => stop({ kind: 'given back' }), graceMs));
  };
  signal.addEventListener('abort', grace, { once: true });
  if (signal.aborted) grace();
  const beats = beat(claim, queue, () => {
    if (runner.largestMiB() > memoryLimitMiB(claim.job))
      stop({ kind: 'failed', failure: outOfMemory(claim.job) });
  });
  void beats.lost.then(() => stop({ kind: 'stolen' }));
  try {
    const ending = await runner.run(claim.job);
    if (early === undefined) return ending;
    // It may have been finished in the very moment in which it was stopped.
    const seconds = (performance.now() - started) / 1000;
    return lookUp(store, stage, key).kind === 'found' ? { kind: 'done', seconds } : early;
  } finally {
    signal.removeEventListener('abort', grace);
    timers.forEach(clearTimeout);
    await beats.end();
  }
};

interface Beats {
  /** Resolves when the claim is ours no more, or nobody can be told that we live. */
  readonly lost: Promise<void>;
  /** Ends the beating. @throws what the last beat threw */
  end(): Promise<void>;
}

const beat = (claim: Claim, queue: Queue, each: () => void): Beats => {
  const stopped = new AbortController();
  let failure: unknown;
  const lost = new Promise<void>((resolve) => {
    const again = async (): Promise<void> => {
      while (!stopped.signal.aborted) {
        if (!(await queue.heartbeat(claim))) {
          resolve();
          return;
        }
        each();
        await wait(queue.beatMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    };
    again().catch((error: unknown) => {
      failure = error;
      resolve();
    });
  });
  return {
    lost,
    end: () => {
      stopped.abort();
      return failure === undefined ? Promise.resolve() : Promise.reject(toError(failure));
    },
  };
};

const toError = (failure: unknown): Error =>
  failure instanceof Error ? failure : new Error(String(failure));
