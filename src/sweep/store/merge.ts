/** Results of several folders in one: a difference between two of them is a determinism bug, as within one. */

import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, replaceFile, writing } from './files.js';
import { openLog } from './log.js';
import { namesIn, parseResult } from './results.js';
import { openStore } from './store.js';

export interface Merged {
  readonly results: number;
  /** Files that are no results any more: left out, named. */
  readonly corrupt: readonly string[];
}

/** Copies results, blobs and logs of `from` into `to`. @throws SweepError NOT_DETERMINISTIC, FOLDER_NOT_WRITABLE */
export const mergeFolder = (from: string, to: string): Merged => {
  const store = openStore(to);
  const corrupt: string[] = [];
  let results = 0;
  // Blobs first: a result whose blobs are missing would count as corrupt.
  copyBlobs(join(from, 'blobs'), join(to, 'blobs'));
  for (const stage of namesIn(join(from, 'results')))
    for (const name of namesIn(join(from, 'results', stage)).filter((file) =>
      /^[0-9a-f]{64}\.json$/.test(file),
    )) {
      const path = join(from, 'results', stage, name);
      const result = parseResult(readFileSync(path, 'utf8'));
      if (typeof result === 'string') corrupt.push(path);
      else {
        store.results.publish(result);
        results++;
      }
    }
  copyLogs(from, to);
  return { results, corrupt };
};

const copyBlobs = (from: string, to: string): void => {
  for (const part of namesIn(from)) {
    makeFolder(join(to, part));
    for (const name of readdirSync(join(from, part)).filter((file) => /^[0-9a-f]{64}\.gz$/.test(file))) {
      const target = join(to, part, name);
      if (!existsSync(target)) replaceFile(target, readFileSync(join(from, part, name)));
    }
  }
};

/** For the times in them. */
const copyLogs = (from: string, to: string): void => {
  openLog(to, 'merge')({ event: 'merge', from });
  for (const name of namesIn(join(from, 'log')))
    writing(to, () => copyFileSync(join(from, 'log', name), join(to, 'log', name)));
};
