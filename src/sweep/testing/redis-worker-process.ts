/**
 * A worker of synthetic stages, or its executor, on a queue in Redis: `redis-worker-process ROLE FOLDER URL NAME`. Every stage
 * kills its own worker with -9 twice: before its first result, and when a later one is about to be stored.
 */

import { join } from 'node:path';
import { openBullmqQueue } from '../queue/bullmq.js';
import type { Stage } from '../stages/stage.js';
import { createFile } from '../store/files.js';
import { runExecutor } from '../worker/executor.js';
import { serveWorker } from './serve.js';
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
else await serveWorker(folder, await openBullmqQueue({ url, name, lockMs: 1000 }), import.meta.url);
