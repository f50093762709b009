/** Jobs that were given up, one file each, with the log: in a folder that outlives every queue's memory. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { stageFailureSchema } from '../errors.js';
import type { Quarantined } from '../queue/queue.js';
import { codeOf, makeFolder, namesIn, replaceFile, writing } from './files.js';

export interface Failures {
  /** @throws SweepError FOLDER_NOT_WRITABLE */
  readonly add: (entry: Quarantined) => void;
  readonly all: () => readonly Quarantined[];
  readonly ids: () => readonly string[];
  /** @throws SweepError FOLDER_NOT_WRITABLE */
  readonly clear: () => void;
}

const schema = z.strictObject({
  id: z.string(),
  stage: z.string(),
  key: z.string(),
  label: z.string(),
  tries: z.int(),
  failure: stageFailureSchema,
});

export const openFailures = (folder: string): Failures => {
  const names = (): readonly string[] =>
    namesIn(folder)
      .filter((name) => entryName.test(name))
      .toSorted();
  return {
    add: (entry) => {
      makeFolder(folder);
      replaceFile(join(folder, `${entry.id}.json`), `${JSON.stringify(entry, null, 2)}\n`);
    },
    all: () => names().flatMap((name) => entryIn(folder, name) ?? []),
    ids: () => names().map((name) => name.slice(0, -'.json'.length)),
    clear: () =>
      writing(folder, () => names().forEach((name) => rmSync(join(folder, name), { force: true }))),
  };
};

const entryName = /^([a-z]+)-([0-9a-f]{64})\.json$/;

/** undefined: it was taken away meanwhile. Of one that is cut off it is still known that the job was given up. */
const entryIn = (folder: string, name: string): Quarantined | undefined => {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const [, stage = '', key = ''] = entryName.exec(name) ?? [];
    const message = `it was given up, and ${join(folder, name)}, which should tell why, cannot be read`;
    const failure = { code: 'UNREADABLE', message, again: true, stops: false, log: '' };
    return { id: `${stage}-${key}`, stage, key, label: '', tries: 0, failure };
  }
};
