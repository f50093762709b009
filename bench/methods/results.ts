/** The form of bench/results/methods.json: one row per job and seed. */
import { z } from 'zod';

const row = z.object({
  workload: z.string(),
  network: z.string(),
  job: z.string(),
  method: z.string(),
  epochs: z.number(),
  seed: z.number(),
  /** Of the test pictures: the float network, and the integer network that the hardware computes. */
  before: z.number(),
  after: z.number(),
  pictures: z.number(),
  /** Greatest loss allowed, in points; absent: no bar. */
  bar: z.number().optional(),
  macs: z.number(),
  multiplications: z.number(),
  bops: z.number(),
  weights: z.number(),
  packedBits: z.number(),
  energyPj: z.number(),
  /** Times below the float network with 16-bit weights. */
  storageRatio: z.number(),
  energyRatio: z.number(),
  cpuSeconds: z.number(),
  details: z.record(z.string(), z.unknown()),
});

export type Row = z.infer<typeof row>;
export const resultsFormat = z.object({ schemaVersion: z.literal(1), rows: z.array(row) });
export const keyOf = ({ workload, job, network, seed }: Pick<Row, 'workload' | 'job' | 'network' | 'seed'>) =>
  [workload, network, job, seed].join(' · ');
