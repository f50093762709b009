/**
 * Executes shards, the first share of them in this thread, the others in worker threads. Which thread executes a shard
 * does not change its result: every thread has kernels and memory of its own and gets the same numbers.
 */
import { Worker } from 'node:worker_threads';
import { openKernels } from './open-kernels.js';
import type { Answer, Request } from './shard-thread.js';
import { createShard, type ShardJob, type ShardNetwork, type ShardResult, type ShardState } from './shard.js';

export interface Threads {
  /** Results in the order of the jobs. */
  run(jobs: readonly ShardJob[], state: ShardState): Promise<readonly ShardResult[]>;
  close(): Promise<void>;
}

interface Remote {
  load(state: ShardState): void;
  run(job: ShardJob): Promise<ShardResult>;
  close(): Promise<void>;
}

/** Workers are started by the first call that has work for them. */
export async function openThreads(network: ShardNetwork, count: number): Promise<Threads> {
  const local = createShard(network, await openKernels());
  let remotes: readonly Remote[] = [];
  let version = -1;

  const start = (): void => {
    if (remotes.length > 0 || count < 2) return;
    remotes = Array.from({ length: count - 1 }, () => startRemote(network));
    version = -1;
  };
  return {
    run: async (jobs, state) => {
      if (jobs.length > 1) start();
      if (state.version !== version) {
        version = state.version;
        for (const remote of remotes) remote.load(state);
        local.load(state);
      }
      const pending = jobs.map((job, index) => remotes[(index % count) - 1]?.run(job));
      const results = Promise.all(jobs.map((job, index) => pending[index] ?? promised(() => local.run(job))));
      // Lets signals and timers in, also where all work is done in this thread.
      const breath = new Promise((resolve) => setImmediate(resolve));
      return (await Promise.all([results, breath]))[0];
    },
    close: async () => {
      await Promise.all(remotes.map((remote) => remote.close()));
      remotes = [];
    },
  };
}

/** A promise also where `make` throws, so that no other thread's failure is left without a listener. */
const promised = <T>(make: () => T): Promise<T> => new Promise((resolve) => resolve(make()));

function startRemote(network: ShardNetwork): Remote {
  const worker = new Worker(new URL('./shard-worker.mjs', import.meta.url));
  const waiting: { resolve: (result: ShardResult) => void; reject: (error: Error) => void }[] = [];
  const send = (request: Request, owned: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(request, [...owned]);
  let ended: Error | undefined;
  const fail = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  // A worker without work does not keep the process alive, even when nobody closes the trainer.
  worker.unref();
  worker.on('message', (answer: Answer) => {
    const next = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if ('result' in answer) next?.resolve(answer.result);
    else next?.reject(new Error(answer.failure));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`a thread of the training engine ended with code ${code}`)));
  send({ kind: 'open', network });
  return {
    load: (state) => send({ kind: 'load', state }),
    run: (job) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        worker.ref();
        waiting.push({ resolve, reject });
        send({ kind: 'run', job }, job.pictures.buffer instanceof ArrayBuffer ? [job.pictures.buffer] : []);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
