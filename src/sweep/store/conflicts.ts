/**
 * Second results for the same inputs. Whoever delivers one may have lost its claim by then, so that no queue tells of it: the
 * folder does, until somebody has looked at it.
 */

import { join } from 'node:path';
import { sha256 } from '../canonical.js';
import { SweepError } from '../errors.js';
import { makeFolder, namesIn, replaceFile } from './files.js';

const conflicts = 'conflicts';

/** Keeps `text`, which is not what is stored for that stage and key. Returns what to throw. @throws SweepError FOLDER_NOT_WRITABLE */
export const keepConflict = (
  folder: string,
  { stage, key }: { readonly stage: string; readonly key: string },
  text: string,
): SweepError => {
  const name = `${stage}-${key}-${sha256(text).slice(0, 16)}.json`;
  makeFolder(join(folder, conflicts));
  replaceFile(join(folder, conflicts, name), text);
  return errorOf(folder, name, stage, key);
};

/** Refuses a sweep's folder in which results contradict each other. @throws SweepError NOT_DETERMINISTIC, naming the first */
export const refuseConflicts = (folder: string): void => {
  for (const name of namesIn(join(folder, conflicts)).toSorted()) {
    const [, stage, key] = /^([a-z]+)-([0-9a-f]{64})-[0-9a-f]{16}\.json$/.exec(name) ?? [];
    if (stage !== undefined && key !== undefined) throw errorOf(folder, name, stage, key);
  }
};

const errorOf = (folder: string, name: string, stage: string, key: string): SweepError => {
  const [ours, other] = [join(folder, 'results', stage, `${key}.json`), join(folder, conflicts, name)];
  return new SweepError(
    'NOT_DETERMINISTIC',
    `the stage ${stage} gave two different results for the same inputs: ${ours} and ${other}; this is a defect of nomul or of a tool, please report it with both files. ` +
      'To go on, remove the second file, and the first one too to have the result computed anew',
  );
};
