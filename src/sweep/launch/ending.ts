/** Why a worker's process ended, in its own words: those of `--json`, else the end of what it told people. */

import { z } from 'zod';
import { SweepError } from '../errors.js';

/** Of what `nomul --json` prints. */
const envelopeSchema = z.object({
  exitCode: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
type Envelope = z.output<typeof envelopeSchema>;

/** What a process says while it runs. */
export interface Words {
  readonly onOutput: (chunk: Buffer) => void;
  readonly onError: (chunk: Buffer) => void;
  /** The last word of a worker; undefined: it has not said it. */
  readonly envelope: () => Envelope | undefined;
  readonly errors: () => string;
}

/** Characters: an envelope's message may hold the last lines of a log; what people were told may hold a stack. */
const kept = { output: 20_000, errors: 4000 };

export const newWords = (): Words => {
  let [output, errors] = ['', ''];
  return {
    onOutput: (chunk) => void (output = `${output}${chunk.toString()}`.slice(-kept.output)),
    onError: (chunk) => void (errors = `${errors}${chunk.toString()}`.slice(-kept.errors)),
    envelope: () => envelopeIn(output),
    errors: () => errors.trim(),
  };
};

const envelopeIn = (text: string): Envelope | undefined => {
  try {
    return envelopeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** A worker could not go on, and no other one can: its code, its exit code, its words. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';
  constructor(
    readonly code: string,
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** `status`: null after a signal. undefined: an accident, or the end of its work; another worker may go on. */
export const failureOf = (status: number | null, words: Words): Error | undefined => {
  if (status === null || status === 0) return undefined;
  const envelope = words.envelope();
  if (envelope === undefined) {
    // It did not come so far as to say it in form.
    const fatal = status === 2 || status === 3 || status === 4;
    return fatal ? new SweepError('WORKERS_FAILED', words.errors()) : undefined;
  }
  const { error, exitCode } = envelope;
  if (error === null || error.code === 'INTERRUPTED') return undefined;
  // A mistake of ours: people were told where.
  const message = error.code === 'INTERNAL' ? words.errors() : error.message;
  return new WorkerEnded(error.code, exitCode, message);
};
