/** A sweep's folder: results, blobs, what was given up. */

import { join } from 'node:path';
import type { Json } from '../canonical.js';
import { openBlobs, type Blobs } from './blobs.js';
import { openFailures, type Failures } from './failures.js';
import { openResults, type Lookup, type Results } from './results.js';

export interface Store {
  readonly folder: string;
  readonly results: Results;
  readonly blobs: Blobs;
  /** Jobs that the sweep gave up when it was last run. */
  readonly failures: Failures;
}

/** `keepsCorrupt`: for who only looks; a corrupt blob is removed else, so that it is made again. */
export const openStore = (
  folder: string,
  { keepsCorrupt = false }: { readonly keepsCorrupt?: boolean } = {},
): Store => ({
  folder,
  results: openResults(folder),
  blobs: openBlobs(join(folder, 'blobs'), keepsCorrupt),
  failures: openFailures(join(folder, 'failures')),
});

/** Outputs name their blobs `blob:SHA256`. */
export const blobName = (hash: string): string => `blob:${hash}`;

/** The hash in `blob:SHA256`. @throws TypeError for anything else */
export const blobHash = (name: Json | undefined): string => {
  const [, hash] = /^blob:([0-9a-f]{64})$/.exec(typeof name === 'string' ? name : '') ?? [];
  if (hash === undefined) throw new TypeError(`expected blob:SHA256, got ${JSON.stringify(name)}`);
  return hash;
};

/** A result whose blobs are gone counts as corrupt: its stage makes both again. */
export const lookUp = ({ results, blobs }: Store, stage: string, key: string): Lookup => {
  const found = results.read(stage, key);
  if (found.kind !== 'found' || found.result.outcome.kind !== 'done') return found;
  const lost = blobsIn(found.result.outcome.outputs).find((hash) => !blobs.has(hash));
  if (lost === undefined) return found;
  return { kind: 'corrupt', path: results.pathOf(stage, key), why: `its blob ${lost} is missing` };
};

const blobsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return value.startsWith('blob:') ? [value.slice('blob:'.length)] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(blobsIn);
};
