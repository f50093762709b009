/**
 * The process in which stages run. It may be killed, run out of memory or crash: its worker notices, and tells the queue.
 * It stores the result itself; when its worker is gone, it ends at the next chance.
 */

import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../queue/queue.js';
import type { StageRegistry } from '../stages/stage.js';
import { BlobLost } from '../store/blobs.js';
import { isRunning, makeFolder, writing } from '../store/files.js';
import { namesIn } from '../store/results.js';
import { openStore, type Store } from '../store/store.js';
import { failureOf } from './failure.js';
import { jobMessage, type Answer } from './messages.js';

/** Serves jobs over the channel to the parent process until that is closed. @throws when there is no such channel */
export const runExecutor = (folder: string, registry: StageRegistry): void => {
  if (process.send === undefined) throw new Error('an executor is started by its worker, over a channel');
  const store = openStore(folder);
  removeLeftovers(folder);
  const answer = (message: Answer): void => void process.send?.(message);
  // Tools that run are killed by the exit handlers of src/tools.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C is for the worker, which decides what becomes of the job.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', (message) => {
    void execute(jobMessage.parse(message), store, registry).then(answer);
  });
  answer({ kind: 'ready' });
};

const workPrefix = `${hostname().replace(/[^\w-]/g, '_')}.`;

/** Work folders of executors of this machine that were killed. */
const removeLeftovers = (folder: string): void => {
  for (const name of namesIn(join(folder, 'work'))) {
    const pid = Number(/^(\d+)-/.exec(name.startsWith(workPrefix) ? name.slice(workPrefix.length) : '')?.[1]);
    if (pid > 0 && !isRunning(pid)) rmSync(join(folder, 'work', name), { recursive: true, force: true });
  }
};

const execute = async (job: Job, store: Store, registry: StageRegistry): Promise<Answer> => {
  const started = performance.now();
  const work = join(store.folder, 'work', `${workPrefix}${process.pid}-${job.id.slice(0, 24)}`);
  const checkpoints = join(store.folder, 'checkpoints', job.id);
  try {
    const stage = registry.find(({ name }) => name === job.stage);
    if (stage === undefined) throw new Error(`this worker has no stage "${job.stage}"`);
    rmSync(work, { recursive: true, force: true });
    makeFolder(work);
    makeFolder(checkpoints);
    const { signal } = new AbortController();
    const outcome = await stage.run(job, { blobs: store.blobs, work, checkpoints, signal });
    store.results.publish({ stage: job.stage, key: job.key, inputs: job.inputs, outcome });
    rmSync(checkpoints, { recursive: true, force: true });
    return { kind: 'done', seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    if (error instanceof BlobLost) return { kind: 'unneeded', why: error.message };
    return { kind: 'failed', failure: failureOf(inWords(store.folder, error)) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** A full disk met inside a stage is the folder's fault, not the job's. */
const inWords = (folder: string, error: unknown): unknown => {
  try {
    return writing(folder, () => {
      throw error;
    });
  } catch (said) {
    return said;
  }
};
