/** What the process's exit code says; the table of the README and of `nomul --help`. */
import { StageStopped, SweepError } from '../sweep/index.js';

export const exitCodes = {
  ok: 0,
  /** Everything ran, and a check failed: outputs differ, the clock is missed, a budget is exceeded. */
  checkFailed: 1,
  badInput: 2,
  toolMissing: 3,
  toolCrashed: 4,
  /** A sweep of which some points failed or are not finished. */
  partial: 5,
  interrupted: 130,
} as const;

export const exitCodeText: readonly (readonly [number, string])[] = [
  [exitCodes.ok, 'all checks passed'],
  [exitCodes.checkFailed, 'a check failed: outputs differ, the clock is missed, a budget is exceeded'],
  [exitCodes.badInput, 'bad usage or bad input'],
  [exitCodes.toolMissing, 'a tool is missing (nomul doctor tells how to install it)'],
  [exitCodes.toolCrashed, 'a tool, or nomul itself, crashed or ran out of time'],
  [exitCodes.partial, 'a sweep came to its end, and some of its points failed or are unfinished'],
  [exitCodes.interrupted, 'interrupted'],
];

/** A failure as people and programs see it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
  /** Present for mistakes of nomul itself, which are worth reporting. */
  readonly stack?: string;
}

/** File system errors that the user can mend, in words. */
const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'this is a folder, a file is needed',
  ENOTDIR: 'a part of this path is a file, a folder is needed',
  EEXIST: 'it exists already',
  ENOSPC: 'no space left on the device',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Turns anything thrown into a failure. Expected errors carry a string `code`, and an `exitCode` where it is not 2; whatever
 * else is thrown is a mistake of nomul. After Ctrl-C every failure is the interruption, except those of a sweep: it finishes what
 * runs, says itself that it was interrupted, and results that contradict each other are worse.
 */
export function failureOf(error: unknown, interrupted: boolean): Failure {
  if (interrupted && !isOfSweep(error))
    return { code: 'INTERRUPTED', message: 'interrupted', exitCode: exitCodes.interrupted };
  if (!(error instanceof Error)) return internal(String(error), undefined);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return internal(error.message, error.stack);
  if ('exitCode' in error && typeof error.exitCode === 'number') {
    return { code, message: error.message, exitCode: error.exitCode };
  }
  if (!('syscall' in error))
    return code.startsWith('ERR_') ? internal(error.message, error.stack) : expected(code, error.message);
  const words = systemErrors[code];
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  if (words === undefined || path === undefined) return internal(error.message, error.stack);
  return expected(code, `${path}: ${words}`);
}

const isOfSweep = (error: unknown): boolean => error instanceof SweepError || error instanceof StageStopped;

function expected(code: string, message: string): Failure {
  return { code, message, exitCode: exitCodes.badInput };
}

function internal(message: string, stack: string | undefined): Failure {
  const failure = {
    code: 'INTERNAL',
    message: `nomul itself failed: ${message}; this is a mistake of nomul, please report it`,
    exitCode: exitCodes.toolCrashed,
  };
  return stack === undefined ? failure : { ...failure, stack };
}

/** Wrong words on the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly exitCode = exitCodes.badInput;
}
