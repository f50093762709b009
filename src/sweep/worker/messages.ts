/** What a worker and the process that runs its stages tell each other. */

import { z } from 'zod';
import { stageFailureSchema } from '../errors.js';

/**
 * Of the executor: `ready` once; then one answer per job. `unneeded`: something that the job reads is gone; what is missing is
 * found out anew.
 */
export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('done'), seconds: z.number() }),
  z.object({ kind: z.literal('unneeded'), why: z.string() }),
  z.object({ kind: z.literal('failed'), failure: stageFailureSchema }),
]);
export type Answer = z.output<typeof answerSchema>;
