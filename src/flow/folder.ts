/** The output folder: written beside its place, then moved there whole, so that no unfinished result looks complete. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FolderNotWritable } from '../tools/index.js';
import { FlowError } from './errors.js';

export interface OutputFolder {
  /** Where files are written until `publish`. */
  write(name: string, content: string | Uint8Array): void;
  copy(from: string, name: string): void;
  /** Paths of all files written. */
  readonly files: readonly string[];
  /** Replaces the earlier result. */
  publish(): void;
  /** Removes everything unfinished; the earlier result stays. */
  discard(): void;
}

const marker = 'report.json';

/** @throws FlowError NOT_OURS when `out` holds files of someone else; FolderNotWritable */
export const openFolder = (out: string): OutputFolder => {
  const target = resolve(out);
  refuseForeign(target);
  const work = join(dirname(target), `.${basename(target)}.unfinished-${process.pid}`);
  attempt(out, () => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
  });
  const files: string[] = [];
  const place = (name: string): string => {
    const path = join(work, name);
    mkdirSync(dirname(path), { recursive: true });
    files.push(name);
    return path;
  };
  return {
    files,
    write: (name, content) => attempt(out, () => writeFileSync(place(name), content)),
    copy: (from, name) => attempt(out, () => copyFileSync(from, place(name))),
    publish: () =>
      attempt(out, () => {
        const old = `${work}-old`;
        if (existsSync(target)) renameSync(target, old);
        renameSync(work, target);
        rmSync(old, { recursive: true, force: true });
      }),
    discard: () => rmSync(work, { recursive: true, force: true }),
  };
};

/** Only an empty folder or an earlier result may be replaced. */
const refuseForeign = (target: string): void => {
  if (!existsSync(target)) return;
  const names = attempt(target, () => readdirSync(target));
  if (
    names.length === 0 ||
    (names.includes(marker) && readFileSync(join(target, marker), 'utf8').includes('"nomul"'))
  )
    return;
  throw new FlowError(
    'NOT_OURS',
    `${target} holds files that nomul did not write (${names.slice(0, 3).join(', ')} ...); choose another --out`,
  );
};

const attempt = <T>(out: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new FolderNotWritable(out, error.message);
    throw error;
  }
};
