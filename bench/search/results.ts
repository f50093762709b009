/** What stands in bench/results/search.json. */
import { z } from 'zod';

const amount = z.number().nonnegative();

const networkSchema = z.strictObject({
  /** A job of the methods bench, or the search with what it chose. */
  name: z.string(),
  method: z.string(),
  /** Formats of its convolutions; widest stored activations; of re-training. */
  formats: z.string(),
  activationBits: z.number(),
  epochs: z.number(),
  /** Of all test pictures, exact integers. */
  accuracy: z.number(),
  /** null: it does not fit, for `reason`. */
  luts: amount.nullable(),
  fmaxMHz: amount.nullable(),
  cycles: amount.nullable(),
  energyPj: amount,
  reason: z.string().nullable(),
});

export const comparisonSchema = z.strictObject({
  workload: z.string(),
  title: z.string(),
  target: z.string(),
  array: z.string(),
  activationBits: z.array(z.number()),
  epochs: z.number(),
  float: z.number(),
  minimize: z.enum(['luts', 'energy']),
  maxLoss: z.number(),
  designs: z.number(),
  tried: z.number(),
  /** Of all trainings on the way, when they were done. */
  trainingCpuSeconds: amount,
  search: networkSchema,
  singles: z.array(networkSchema),
  narrowed: z.array(networkSchema),
  uniform: z.array(networkSchema),
});

export const resultsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  comparisons: z.array(comparisonSchema),
});

export type ComparedNetwork = z.output<typeof networkSchema>;
export type Comparison = z.output<typeof comparisonSchema>;

export const keyOf = ({ workload, target, array, minimize, maxLoss }: Comparison): string =>
  [workload, target, array, minimize, maxLoss].join(' ');
