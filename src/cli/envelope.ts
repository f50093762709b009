/** What `--json` prints on stdout: one object of one shape, for success and failure alike. */
import type { Failure } from './exit-codes.js';

export interface Envelope {
  readonly schemaVersion: 1;
  /** The verb, null when the command line was not understood that far. */
  readonly verb: string | null;
  readonly ok: boolean;
  readonly exitCode: number;
  /** What the verb made; null when it failed before making anything. */
  readonly result: unknown;
  /** Checks that failed although everything ran (exit code 1). */
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  /** Why there is no result. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function failureEnvelope(verb: string | null, { code, message, exitCode }: Failure): Envelope {
  return {
    schemaVersion: 1,
    verb,
    ok: false,
    exitCode,
    result: null,
    problems: [],
    error: { code, message },
  };
}

export function resultEnvelope(
  verb: string,
  exitCode: number,
  result: unknown,
  problems: Envelope['problems'],
): Envelope {
  return { schemaVersion: 1, verb, ok: exitCode === 0, exitCode, result, problems, error: null };
}
