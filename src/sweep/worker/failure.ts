/** What a failed stage means for its job, and for the sweep. */

import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { StageFailure } from '../errors.js';
import { codeOf, writing } from '../store/files.js';

/** Nothing that waits can succeed either: a tool is missing, the folder cannot be written, results contradict each other. */
const stopping: ReadonlySet<string> = new Set([
  'TOOL_MISSING',
  'OTHER_TOOLS',
  'FOLDER_NOT_WRITABLE',
  'NOT_DETERMINISTIC',
  'INPUT_CHANGED',
]);

export const failureOf = (error: unknown): StageFailure => {
  const code = textOf(error, 'code');
  const exitCode = error instanceof Error && 'exitCode' in error ? error.exitCode : undefined;
  const known = code !== undefined && exitCode !== undefined;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    code: code ?? 'INTERNAL',
    message,
    // The same input is wrong again, the same time is too short again; a crash may have been an accident.
    again: !(
      stopping.has(code ?? '') ||
      exitCode === 2 ||
      code === 'TOOL_TIMEOUT' ||
      /^(NN|QT|ACC|HDL)\d+$/.test(code ?? '')
    ),
    stops: stopping.has(code ?? ''),
    log: textOf(error, 'logTail') ?? (known ? '' : (stack ?? '')),
  };
};

/** Where the tool that failed left its whole log. */
export const logFileOf = (error: unknown): string | undefined => textOf(error, 'logFile');

/**
 * A full disk, or a folder that is gone, met inside a stage is the sweep folder's fault where it was met there: then no job
 * can be done. Elsewhere (a model, a library, a tool) the error names its path, and is the job's.
 */
export const inWords = (folder: string, error: unknown): unknown => {
  const path = textOf(error, 'path');
  // Writing to an open file tells no path; stages write in their work folders only.
  const isOurs = path === undefined ? isFull(error) : isBelow(folder, path);
  if (!isOurs) return error;
  try {
    return writing(path ?? folder, () => {
      throw error;
    });
  } catch (said) {
    return said;
  }
};

const isFull = (error: unknown): boolean => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';

const isBelow = (folder: string, path: string): boolean => {
  const way = relative(resolve(folder), resolve(path));
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
};

const textOf = (error: unknown, name: string): string | undefined => {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : undefined;
};
