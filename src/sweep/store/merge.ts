/** Several folders in one: a difference between two results is a determinism bug, as within one folder. */

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobAt } from './blobs.js';
import { makeFolder, namesIn, replaceFile, writing } from './files.js';
import { openLog } from './log.js';
import { parseResult } from './results.js';
import { openStore, type Store } from './store.js';

export interface Merged {
  readonly results: number;
  /** Files that are no results or blobs any more: left out, named. */
  readonly corrupt: readonly string[];
}

/**
 * Copies results, blobs, what was given up and logs of `from` into `to`.
 * @throws SweepError NOT_DETERMINISTIC, FOLDER_NOT_WRITABLE
 */
export const mergeFolder = (from: string, to: string): Merged => {
  const store = openStore(to);
  // Blobs first: a result whose blobs are missing would count as corrupt.
  const corruptBlobs = copyBlobs(join(from, 'blobs'), join(to, 'blobs'));
  const { results, corrupt } = copyResults(from, store);
  // Of a job that another folder has a result of nobody asks.
  for (const entry of openStore(from).failures.all()) store.failures.add(entry);
  copyLogs(from, to);
  return { results, corrupt: [...corruptBlobs, ...corrupt] };
};

/** Returns paths of those that are corrupt. */
const copyBlobs = (from: string, to: string): readonly string[] => {
  const corrupt: string[] = [];
  for (const part of namesIn(from).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    makeFolder(join(to, part));
    for (const name of namesIn(join(from, part)).filter((file) => /^[0-9a-f]{64}\.gz$/.test(file))) {
      const [hash, path, target] = [name.slice(0, 64), join(from, part, name), join(to, part, name)];
      if (blobAt(target, hash) !== undefined) continue;
      if (blobAt(path, hash) === undefined) corrupt.push(path);
      else replaceFile(target, readFileSync(path));
    }
  }
  return corrupt;
};

const copyResults = (from: string, { results: target }: Store): Merged => {
  const corrupt: string[] = [];
  let results = 0;
  for (const stage of namesIn(join(from, 'results')))
    for (const name of namesIn(join(from, 'results', stage)).filter((file) =>
      /^[0-9a-f]{64}\.json$/.test(file),
    )) {
      const path = join(from, 'results', stage, name);
      const result = parseResult(readFileSync(path, 'utf8'));
      if (typeof result === 'string') corrupt.push(path);
      else {
        target.publish(result);
        results++;
      }
    }
  return { results, corrupt };
};

/** For the times in them. */
const copyLogs = (from: string, to: string): void => {
  openLog(to, 'merge')({ event: 'merge', from });
  for (const name of namesIn(join(from, 'log')))
    writing(to, () => copyFileSync(join(from, 'log', name), join(to, 'log', name)));
};
