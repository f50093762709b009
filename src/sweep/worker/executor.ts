/**
 * The process in which stages run. It may be killed, run out of memory or crash: its worker notices, and tells the queue.
 * It stores the result itself; when its worker is gone, it ends at the next chance.
 */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StageFailure } from '../errors.js';
import { jobSchema, type Job } from '../queue/queue.js';
import type { StageRegistry } from '../stages/stage.js';
import { BlobLost } from '../store/blobs.js';
import { isRunning, makeFolder, namesIn } from '../store/files.js';
import { machineId } from '../store/machine.js';
import { openStore, type Store } from '../store/store.js';
import { failureOf, inWords, logFileOf } from './failure.js';
import { outOfTime, timeLimitMs, withLimit } from './limits.js';
import type { Answer } from './messages.js';

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
    void execute(jobSchema.parse(message), store, registry).then(answer);
  });
  answer({ kind: 'ready' });
};

/** Work folders of executors of this machine that were killed; what other machines left is theirs to judge. */
const removeLeftovers = (folder: string): void => {
  const here = machineId();
  for (const name of namesIn(join(folder, 'work'))) {
    const [, machine, pid = ''] = /^([\w-]+)\.(\d+)-/.exec(name) ?? [];
    if (machine === here && !isRunning(Number(pid)))
      rmSync(join(folder, 'work', name), { recursive: true, force: true });
  }
};

const execute = async (job: Job, store: Store, registry: StageRegistry): Promise<Answer> => {
  const started = performance.now();
  const work = join(store.folder, 'work', `${machineId()}.${process.pid}-${job.id.slice(0, 24)}`);
  const checkpoints = join(store.folder, 'checkpoints', job.id);
  // Its worker kills us soon after; what listens ends in order, and kills the tools that it started.
  const signal = AbortSignal.timeout(timeLimitMs(job));
  const stage = registry.find(({ name }) => name === job.stage);
  try {
    if (stage === undefined) throw new Error(`this worker has no stage "${job.stage}"`);
    rmSync(work, { recursive: true, force: true });
    makeFolder(work);
    makeFolder(checkpoints);
    const outcome = await stage.run(job, { blobs: store.blobs, work, checkpoints, signal });
    store.results.publish({ stage: job.stage, key: job.key, inputs: job.inputs, outcome });
    rmSync(checkpoints, { recursive: true, force: true });
    return { kind: 'done', seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    if (error instanceof BlobLost) return { kind: 'unneeded', why: error.message };
    if (signal.aborted) return { kind: 'failed', failure: outOfTime(job) };
    const failure = withLogKept(failureOf(inWords(store.folder, error)), logFileOf(error), store, job);
    const isLimit = failure.code === 'TOOL_TIMEOUT';
    return { kind: 'failed', failure: isLimit ? withLimit(job, failure, stage?.tools?.limit) : failure };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** The whole log of the tool that failed leaves the work folder, which is removed. */
const withLogKept = (
  failure: StageFailure,
  logFile: string | undefined,
  { folder }: Store,
  { id }: Job,
): StageFailure => {
  if (logFile === undefined || !existsSync(logFile)) return failure;
  const kept = join(folder, 'log', `${id}.log`);
  try {
    makeFolder(join(folder, 'log'));
    renameSync(logFile, kept);
  } catch {
    // The failure is worth more than its log.
    return failure;
  }
  return { ...failure, message: failure.message.replace(logFile, kept) };
};
