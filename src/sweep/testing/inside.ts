/** Sweeps whose one worker is in this process: for stages of a test's own, where no process has to die. */

import { setTimeout as wait } from 'node:timers/promises';
import type { Launcher } from '../launch/launcher.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import type { Claim, Queue } from '../queue/queue.js';
import { runLoaded, type SweepHooks, type SweepOutcome } from '../run/run.js';
import type { Sweep } from '../spec/sweep.js';
import type { StageRegistry } from '../stages/stage.js';
import { BlobLost } from '../store/blobs.js';
import { lookUp, openStore, type Store } from '../store/store.js';
import { failureOf } from '../worker/failure.js';
import { syntheticStages } from './synthetic.js';

export const often = { beatMs: 100, staleMs: 3000 };

export interface InsideOptions extends SweepHooks {
  readonly registry?: StageRegistry;
}

export const runInside = (
  sweep: Sweep,
  folder: string,
  { registry = syntheticStages, ...hooks }: InsideOptions = {},
): Promise<SweepOutcome> =>
  runLoaded(sweep, { out: folder }, hooks, {
    ...{ registry, tools: {} },
    queue: leaseDirectory(folder, often),
    launcher: insideLauncher(() => leaseDirectory(folder, often), openStore(folder), registry),
  });

/** `open`: the queue, for the worker. */
export const insideLauncher = (
  open: () => Queue | Promise<Queue>,
  store: Store,
  registry: StageRegistry,
): Launcher => {
  let stop = new AbortController();
  let ended = Promise.resolve();
  const serve = async (signal: AbortSignal): Promise<void> => {
    const queue = await open();
    while (!signal.aborted) {
      const claim = await queue.claim();
      if (claim === undefined) await wait(5);
      else await runClaim(claim, queue, store, registry);
    }
    await queue.close();
  };
  return {
    start: () => {
      stop = new AbortController();
      ended = serve(stop.signal);
      return Promise.resolve();
    },
    check: () => Promise.resolve(),
    drain: () => {
      stop.abort();
      return ended;
    },
  };
};

const runClaim = async (claim: Claim, queue: Queue, store: Store, registry: StageRegistry): Promise<void> => {
  const { folder } = store;
  const { job } = claim;
  const { stage: name, key, inputs } = job;
  if (lookUp(store, name, key).kind === 'found') {
    await queue.complete(claim);
    return;
  }
  try {
    const stage = registry.find((each) => each.name === name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const { signal } = new AbortController();
    const run = { blobs: store.blobs, work: folder, checkpoints: folder, signal };
    const outcome = await stage.run(job, run);
    store.results.publish({ stage: name, key, inputs, outcome });
    await queue.complete(claim);
  } catch (error) {
    if (error instanceof BlobLost) await queue.complete(claim);
    else await queue.fail(claim, failureOf(error));
  }
};
