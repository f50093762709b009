/**
 * A worker of synthetic stages, or its executor, on a queue in Redis: `redis-worker-process ROLE FOLDER URL NAME`. Every stage
 * kills its own worker with -9 twice: before its first result, and when a later one is about to be stored.
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBullmqQueue } from '../queue/bullmq.js';
import type { Stage } from '../stages/stage.js';
import { createFile } from '../store/files.js';
import { runExecutor } from '../worker/executor.js';
import { runWorker } from '../worker/worker.js';
import { syntheticStages } from './synthetic.js';

const [role = '', folder = '', url = '', name = ''] = process.argv.slice(2);

/** Once per sweep and moment, whichever worker comes first. */
const killWorker = (moment: string): boolean => {
  const first = createFile(join(folder, `killed-${moment}`), '');
  if (first) process.kill(process.ppid, 'SIGKILL');
  return first;
};

const deadly = (stage: Stage): Stage => ({
  ...stage,
  run: async (job, run) => {
    const killed = killWorker(`${stage.name}-before`);
    const outcome = await stage.run(job, run);
    if (!killed) killWorker(`${stage.name}-after`);
    return outcome;
  },
});

if (role === 'executor') runExecutor(folder, syntheticStages.map(deadly));
else {
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.stdin.once('close', () => stop.abort()).resume();
  await runWorker({
    folder,
    queue: await openBullmqQueue({ url, name, lockMs: 1000 }),
    executor: { module: fileURLToPath(import.meta.url), args: ['executor', folder] },
    signal: stop.signal,
  });
  process.stdin.destroy();
}
