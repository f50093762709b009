/** A worker, or its executor, of synthetic stages as a process: `worker-process ROLE FOLDER`. */

import { fileURLToPath } from 'node:url';
import { leaseDirectory } from '../queue/lease-directory.js';
import { runExecutor } from '../worker/executor.js';
import { runWorker } from '../worker/worker.js';
import { syntheticStages } from './synthetic.js';

const [role = '', folder = ''] = process.argv.slice(2);
if (role === 'executor') runExecutor(folder, syntheticStages);
else {
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.stdin.once('close', () => stop.abort()).resume();
  await runWorker({
    folder,
    queue: leaseDirectory(folder, { beatMs: 100, staleMs: 3000 }),
    executor: { module: fileURLToPath(import.meta.url), args: ['executor', folder] },
    signal: stop.signal,
  });
  process.stdin.destroy();
}
