/** Files that appear whole or not at all, and errors of full or read-only folders in words. */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SweepError } from '../errors.js';

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the quota is used up; make room',
  EROFS: 'the file system is read-only; choose another folder',
  EACCES: 'permission denied; choose another folder or change its permissions',
  EPERM: 'operation not permitted; choose another folder or change its permissions',
  ENOTDIR: 'a part of the path is a file; choose another folder',
  EEXIST: 'a file is where a folder should be; choose another folder',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
};

/** Runs `action`; a folder that cannot be written is said in words. @throws SweepError FOLDER_NOT_WRITABLE */
export const writing = <T>(folder: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    const why = words[codeOf(error)];
    if (why === undefined) throw error;
    throw new SweepError(
      'FOLDER_NOT_WRITABLE',
      `cannot write to ${folder}: ${why}, then start the sweep again: it goes on`,
    );
  }
};

export const makeFolder = (folder: string): void =>
  writing(folder, () => void mkdirSync(folder, { recursive: true }));

/** What is in a folder; nothing where there is none. */
export const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

/** Writes `content` beside `path`, on the disk before it returns. Returns the temporary path. */
const writeBeside = (path: string, content: string | Uint8Array): string => {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);
  const file = openSync(temporary, 'wx');
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return temporary;
};

/** Replaces `path` by `content` at once. @throws SweepError FOLDER_NOT_WRITABLE */
export const replaceFile = (path: string, content: string | Uint8Array): void =>
  writing(dirname(path), () => renameSync(writeBeside(path, content), path));

/** Makes `path` unless it is there; false: it is. @throws SweepError FOLDER_NOT_WRITABLE */
export const createFile = (path: string, content: string | Uint8Array): boolean =>
  writing(dirname(path), () => {
    const temporary = writeBeside(path, content);
    try {
      linkSync(temporary, path);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    } finally {
      rmSync(temporary, { force: true });
    }
  });

/** Whether a process of this machine has that id. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
};
