/** The form of bench/results/sweep-faults.json. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { comparisonSchema } from './compare.js';

const variantSchema = z.object({
  variant: z.enum(['serial', 'kill', 'redis', 'slurm']),
  workers: z.number(),
  /** Of the random times and victims. */
  seed: z.number().nullable(),
  /** What was killed, and how often. */
  faults: z.record(z.string(), z.number()),
  /** Every fault that was asked for happened before the sweep came to its end. */
  complete: z.boolean(),
  seconds: z.number(),
  comparison: comparisonSchema,
});
export type VariantResult = z.output<typeof variantSchema>;

const resultsSchema = z.object({
  title: z.string(),
  /** Hash of the sweep with its tools: results of different ones are not mixed. */
  sweepHash: z.string(),
  nomul: z.string(),
  tools: z.array(z.object({ tool: z.string(), version: z.string() })),
  variants: z.array(variantSchema),
});
export type Results = z.output<typeof resultsSchema>;

/** Results of the same sweep that were written before; none otherwise. */
export const variantsBefore = (path: string, { sweepHash, nomul }: Results): readonly VariantResult[] => {
  if (!existsSync(path)) return [];
  const before = resultsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return before.sweepHash === sweepHash && before.nomul === nomul ? before.variants : [];
};
