/** One JSON file per stage and key: the truth about what is done. Nothing in it tells when, where or how fast. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonical, sha256, type JsonObject } from '../canonical.js';
import type { Outcome } from '../stages/stage.js';
import { keepConflict } from './conflicts.js';
import { codeOf, createFile, makeFolder, namesIn, replaceFile } from './files.js';

export interface StoredResult {
  readonly stage: string;
  readonly key: string;
  readonly inputs: JsonObject;
  readonly outcome: Outcome;
}

/** `corrupt`: the file is there, is not what was written, and counts as missing. */
export type Lookup =
  | { readonly kind: 'found'; readonly result: StoredResult }
  | { readonly kind: 'missing' }
  | { readonly kind: 'corrupt'; readonly path: string; readonly why: string };

export interface Results {
  read(stage: string, key: string): Lookup;
  /**
   * Stores a result; a second delivery must have the same bytes. A corrupt file is replaced.
   * @throws SweepError NOT_DETERMINISTIC, FOLDER_NOT_WRITABLE
   */
  publish(result: StoredResult): void;
  /** All keys of a stage. */
  keys(stage: string): readonly string[];
  pathOf(stage: string, key: string): string;
}

const jsonObject = z.record(z.string(), z.json());
const resultFile = z.strictObject({
  schemaVersion: z.literal(1),
  stage: z.string(),
  key: z.string(),
  inputs: jsonObject,
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('done'), outputs: jsonObject }),
    z.strictObject({ kind: z.literal('infeasible'), reason: z.string() }),
  ]),
});

/** The bytes of a result: one JSON object on one line, the hash of the rest of it at its end. */
export const resultText = ({ stage, key, inputs, outcome }: StoredResult): string => {
  const body = canonical({ schemaVersion: 1, stage, key, inputs, outcome: { ...outcome } });
  return `${body.slice(0, -1)},"sha256":"${sha256(body)}"}\n`;
};

/** The result in a text, or why there is none. */
export const parseResult = (text: string): StoredResult | string => {
  const [, head = '', hash = ''] = /^(.*),"sha256":"([0-9a-f]{64})"\}\n$/s.exec(text) ?? [];
  if (hash === '') return 'it is cut off, or is no result';
  const body = `${head}}`;
  if (sha256(body) !== hash) return 'its content does not agree with its hash';
  // The hash says that these are the bytes that were written; the schema is for those of another version.
  const parsed = resultFile.safeParse(JSON.parse(body));
  if (!parsed.success) return 'it has another form, of another version of nomul';
  const { stage, key, inputs, outcome } = parsed.data;
  return { stage, key, inputs, outcome };
};

export const openResults = (folder: string): Results => {
  const pathOf = (stage: string, key: string): string => join(folder, 'results', stage, `${key}.json`);
  const read = (stage: string, key: string): Lookup => {
    const path = pathOf(stage, key);
    const text = textOf(path);
    if (text === undefined) return { kind: 'missing' };
    const result = parseResult(text);
    if (typeof result === 'string') return { kind: 'corrupt', path, why: result };
    if (result.stage !== stage || result.key !== key)
      return { kind: 'corrupt', path, why: 'it is the result of something else' };
    return { kind: 'found', result };
  };
  return {
    read,
    pathOf,
    publish: (result) => {
      const path = pathOf(result.stage, result.key);
      const text = resultText(result);
      makeFolder(join(folder, 'results', result.stage));
      if (createFile(path, text) || textOf(path) === text) return;
      if (read(result.stage, result.key).kind !== 'found') replaceFile(path, text);
      else throw keepConflict(folder, result, text);
    },
    keys: (stage) =>
      namesIn(join(folder, 'results', stage)).flatMap(
        (name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? [],
      ),
  };
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};
