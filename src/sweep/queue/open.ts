/** Where the jobs of a sweep wait: in its folder, or on a Redis server that workers of several machines reach. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFile, makeFolder } from '../store/files.js';
import { openBullmqQueue } from './bullmq.js';
import { leaseDirectory } from './lease-directory.js';
import type { Queue } from './queue.js';

/**
 * `url`: redis://HOST:PORT; undefined: the lease directory in `folder`.
 * @throws SweepError FOLDER_NOT_WRITABLE, BAD_QUEUE_URL, QUEUE_UNREACHABLE; ToolMissing without bullmq and ioredis
 */
export const openQueue = async (
  folder: string,
  url?: string,
  notice?: (line: string) => void,
): Promise<Queue> => {
  if (url === undefined) return leaseDirectory(folder);
  const name = queueName(folder);
  return await openBullmqQueue(notice === undefined ? { url, name } : { url, name, notice });
};

/** Machines may see the folder under different paths, and a server may serve several sweeps: the name lies in the folder. */
const queueName = (folder: string): string => {
  const path = join(folder, 'queue-name');
  makeFolder(folder);
  createFile(path, `sweep-${randomBytes(8).toString('hex')}\n`);
  return readFileSync(path, 'utf8').trim();
};
