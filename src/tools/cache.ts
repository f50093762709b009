import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FolderNotWritable } from './errors.js';
import { cacheFolder } from './locations.js';

/** A hash of named contents, independent of their order of insertion. */
export function contentHash(parts: Readonly<Record<string, string | Uint8Array>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(parts).sort()) {
    const content = parts[name] ?? '';
    hash.update(`${name}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

export interface StageOptions {
  /** Name of the stage; one folder of the cache holds all its results. */
  readonly stage: string;
  /** Hash of everything the result depends on, tool versions and flags included. */
  readonly key: string;
  /** Cache root, default `cacheFolder()`. */
  readonly cache?: string;
}

/**
 * The folder with a stage's result. Runs `produce` in an empty work folder unless an earlier run left the result;
 * the work folder becomes the result by one rename, so a crash or Ctrl-C leaves nothing that looks complete.
 * Throws `FolderNotWritable`, and whatever `produce` throws (its work folder is removed then).
 */
export async function cachedStage(
  options: StageOptions,
  produce: (work: string) => Promise<void>,
): Promise<{ readonly folder: string; readonly fromCache: boolean }> {
  const parent = resolve(options.cache ?? cacheFolder(), options.stage);
  const folder = join(parent, options.key);
  if (existsSync(folder)) return { folder, fromCache: true };
  const work = join(parent, `.work-${options.key.slice(0, 16)}-${randomBytes(4).toString('hex')}`);
  makeFolder(work);
  try {
    await produce(work);
    moveWhole(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { folder, fromCache: false };
}

/** Creates a folder and its parents. Throws `FolderNotWritable`. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FolderNotWritable(folder, error instanceof Error ? error.message : String(error));
  }
}

/** Renames `work` to `folder`; when another process was faster with the same key, its equal result stays. */
function moveWhole(work: string, folder: string): void {
  try {
    renameSync(work, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
