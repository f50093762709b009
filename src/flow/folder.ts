/** The output folder: written beside its place, then moved there whole, so that no unfinished result looks complete. */

import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { FolderNotWritable } from '../tools/index.js';
import { FlowError } from './errors.js';

export interface OutputFolder {
  /** Where files are written until `publish`. */
  write(name: string, content: string | Uint8Array): void;
  copy(from: string, name: string): void;
  /** Paths of all files written. */
  readonly files: readonly string[];
  /** Replaces the earlier result. @throws FlowError NOT_OURS when somebody put files there meanwhile; FolderNotWritable */
  publish(): void;
  /** Removes everything unfinished; the earlier result stays. */
  discard(): void;
}

/** Every other file of a result with its hash, as `sha256sum -c` reads it: what nomul wrote, it may replace. */
const manifest = 'files.sha256';
/** What `make sim` leaves in a result. */
const bySimulation: ReadonlySet<string> = new Set(['testbench.vvp', 'sim.log']);

/** @throws FlowError NOT_OURS when `out` holds files that nomul did not write, or that were changed since; FolderNotWritable */
export const openFolder = (out: string): OutputFolder => {
  const path = resolve(out);
  // A link stays a link; what it points to is replaced.
  const target = existsSync(path) ? realpathSync(path) : path;
  refuseForeign(out, target);
  const parent = dirname(target);
  const firstMade = attempt(out, () => mkdirSync(parent, { recursive: true }));
  cleanUp(target);
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const work = `${prefix(target, 'unfinished')}${id}`;
  attempt(out, () => mkdirSync(work));
  const hashes = new Map<string, string>();
  const place = (name: string): string => {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    return join(work, name);
  };
  const keepHash = (name: string): void => void hashes.set(name, hashOf(join(work, name)));
  const discard = (): void => {
    process.removeListener('exit', discard);
    rmSync(work, { recursive: true, force: true });
    if (firstMade !== undefined) removeEmpty(parent, firstMade);
  };
  // A second Ctrl-C ends the process without anybody catching anything.
  process.once('exit', discard);
  return {
    get files() {
      return [...hashes.keys()];
    },
    write: (name, content) =>
      attempt(out, () => {
        writeFileSync(place(name), content);
        keepHash(name);
      }),
    copy: (from, name) =>
      attempt(out, () => {
        copyFileSync(from, place(name));
        keepHash(name);
      }),
    publish: () => {
      const lines = [...hashes].map(([name, hash]) => `${hash}  ${name}\n`);
      attempt(out, () => writeFileSync(place(manifest), lines.join('')));
      refuseForeign(out, target);
      attempt(out, () => swap(work, target, `${prefix(target, 'earlier')}${id}`));
      process.removeListener('exit', discard);
    },
    discard,
  };
};

const prefix = (target: string, state: 'unfinished' | 'earlier'): string =>
  join(dirname(target), `.${basename(target)}.${state}-`);

/** `work` becomes `target`; what was there before stays until that has succeeded. */
const swap = (work: string, target: string, earlier: string): void => {
  const replaces = existsSync(target);
  if (replaces) renameSync(target, earlier);
  try {
    renameSync(work, target);
  } catch (error) {
    if (replaces) renameSync(earlier, target);
    throw error;
  }
  rmSync(earlier, { recursive: true, force: true });
};

/** What builds of this machine left that were killed (kill -9, power): unfinished work goes, a result comes back. */
const cleanUp = (target: string): void => {
  const pattern = (state: 'unfinished' | 'earlier'): string =>
    `${basename(prefix(target, state))}${hostname()}-`;
  for (const name of readdirSync(dirname(target))) {
    const state = (['unfinished', 'earlier'] as const).find((candidate) =>
      name.startsWith(pattern(candidate)),
    );
    if (state === undefined || isRunning(Number.parseInt(name.slice(pattern(state).length), 10))) continue;
    const path = join(dirname(target), name);
    if (state === 'earlier' && !existsSync(target)) renameSync(path, target);
    else rmSync(path, { recursive: true, force: true });
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** Only an empty folder, or a result that is as nomul left it, may be replaced. */
const refuseForeign = (out: string, target: string): void => {
  if (!existsSync(target)) return;
  const first = attempt(out, () => readdirSync(target));
  if (first.length === 0) return;
  const known = attempt(out, () => readManifest(target));
  // Without a manifest there is no need to look below: this may be a large folder.
  const foreign =
    known === undefined
      ? first
      : attempt(out, () => filesBelow(target)).filter(
          (name) => name !== manifest && !bySimulation.has(name) && !isUnchanged(target, name, known),
        );
  if (foreign.length === 0) return;
  const some = foreign.slice(0, 3).join(', ');
  const rest = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
  throw new FlowError(
    'NOT_OURS',
    `${out} holds files that nomul did not write, or that were changed since (${some}${rest}); move them elsewhere or choose another --out`,
  );
};

const readManifest = (folder: string): ReadonlyMap<string, string> | undefined => {
  if (!existsSync(join(folder, manifest))) return undefined;
  const lines = readFileSync(join(folder, manifest), 'utf8').matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm);
  return new Map(Array.from(lines, ([, hash = '', name = '']) => [name, hash]));
};

/** Relative paths of everything that is not a folder. */
const filesBelow = (folder: string, below = ''): readonly string[] =>
  readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = join(below, entry.name);
    return entry.isDirectory() ? filesBelow(folder, name) : [name];
  });

const isUnchanged = (target: string, name: string, known: ReadonlyMap<string, string>): boolean =>
  known.has(name) && known.get(name) === hashOf(join(target, name));

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Removes folders that this build made and left empty, from `folder` up to `last`. */
const removeEmpty = (folder: string, last: string): void => {
  try {
    for (let path = folder; path.startsWith(last); path = dirname(path)) rmdirSync(path);
  } catch {
    // Somebody uses it.
  }
};

const attempt = <T>(out: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new FolderNotWritable(out, error.message);
    throw error;
  }
};
