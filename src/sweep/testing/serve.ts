/** A worker of this process that ends with its parent, or when it is interrupted. */

import { fileURLToPath } from 'node:url';
import type { Queue } from '../queue/queue.js';
import { runWorker } from '../worker/worker.js';

/** `module`: the file that is started again as executor, by the role `executor`. */
export const serveWorker = async (folder: string, queue: Queue, module: string): Promise<void> => {
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.stdin.once('close', () => stop.abort()).resume();
  await runWorker({
    ...{ folder, queue, signal: stop.signal },
    executor: { module: fileURLToPath(module), args: ['executor', folder] },
  });
  process.stdin.destroy();
};
