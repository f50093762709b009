/** What can go wrong with a sweep as a whole; `exitCode` as the command line documents. */

import { z } from 'zod';

export type SweepErrorCode =
  /** The sweep file cannot be read, or says something that is not allowed. */
  | 'BAD_SWEEP_FILE'
  | 'NO_POINTS'
  | 'TOO_MANY_POINTS'
  /** Constraints that leave nothing. */
  | 'CONTRADICTION'
  /** A folder that is full, read-only or no folder. */
  | 'FOLDER_NOT_WRITABLE'
  /** A folder that holds no sweep. */
  | 'NO_SWEEP'
  /** The same inputs gave two results. */
  | 'NOT_DETERMINISTIC'
  /** Workers ended again and again. */
  | 'WORKERS_FAILED'
  /** `--queue` is no address of a queue. */
  | 'BAD_QUEUE_URL'
  /** The queue's server does not answer, or refuses us. */
  | 'QUEUE_UNREACHABLE'
  /** Ctrl-C: everything finished so far is kept. */
  | 'INTERRUPTED';

const exitCodes: Partial<Readonly<Record<SweepErrorCode, number>>> = {
  NOT_DETERMINISTIC: 1,
  WORKERS_FAILED: 4,
  QUEUE_UNREACHABLE: 4,
  INTERRUPTED: 130,
};

export class SweepError extends Error {
  override readonly name = 'SweepError';
  readonly exitCode: number;
  constructor(
    readonly code: SweepErrorCode,
    message: string,
  ) {
    super(message);
    this.exitCode = exitCodes[code] ?? 2;
  }
}

/**
 * Why one try of a stage failed. `again`: another try may help (a tool that crashed), else the job is given up at once (a
 * wrong input, a time limit). `stops`: the whole sweep cannot be trusted or cannot go on.
 */
export interface StageFailure {
  readonly code: string;
  readonly message: string;
  readonly again: boolean;
  readonly stops: boolean;
  /** The last lines of the tool that failed, '' where there is none. */
  readonly log: string;
  /** It lacked time or memory, and had so much: what is started again with no more is not tried again. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** A failure as files, queues and messages hold it. */
export const stageFailureSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  again: z.boolean(),
  stops: z.boolean(),
  log: z.string(),
  limits: z.record(z.string(), z.number()).optional(),
});
