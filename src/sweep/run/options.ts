/** What `nomul sweep` takes. */

import { z } from 'zod';
import { launcherNames } from '../launch/choose.js';
import { defaultPointsLimit } from '../spec/sweep.js';

const file = z.string().min(1, 'expected the path of a sweep file');
const folder = z.string().min(1, 'expected the path of a folder');

/** Which part of a sweep this machine does: shard 1 to `of`. */
export const shardSchema = z
  .strictObject({ shard: z.int().min(1), of: z.int().min(1).max(10_000) })
  .refine(({ shard, of }) => shard <= of, 'the shard is one of 1 to the number of shards');
export type Shard = z.output<typeof shardSchema>;

/** redis://...; undefined: the queue is in the sweep's folder. */
const queue = z.string().min(1, 'expected redis://HOST:PORT').optional();

const common = {
  file,
  out: folder,
  pointsLimit: z.int().positive().default(defaultPointsLimit),
} as const;

export const planOptionsSchema = z.strictObject({
  ...common,
  /** Also says why stages would be computed. */
  explainCache: z.boolean().default(false),
  /** Prints the matrix of so many shards. */
  shards: z.int().min(1).max(10_000).optional(),
});
export const runOptionsSchema = z
  .strictObject({
    ...common,
    /** Workers; undefined: one for every second processor of this machine; 0: workers come from elsewhere. */
    jobs: z.int().min(0).max(1024).optional(),
    queue,
    launcher: z.enum(launcherNames).default('local'),
    /** Options of sbatch, one each. */
    slurmOption: z.array(z.string().regex(/^-[^\n]+$/, 'expected an option of sbatch, --mem=4G')).default([]),
    explainCache: z.boolean().default(false),
    shard: shardSchema.optional(),
  })
  .refine(({ launcher, jobs }) => launcher !== 'slurm' || (jobs ?? 0) > 0, {
    path: ['jobs'],
    message: 'Slurm is to be told how many workers to start',
  });
export const statusOptionsSchema = z.strictObject({ ...common, queue });
export const workerOptionsSchema = z.strictObject({
  folder,
  queue,
  /** Seconds without a job after which the worker ends. */
  idle: z.number().positive().default(300),
  /** Seconds that a job may still take after the worker was asked to stop; undefined: until it is finished. */
  grace: z.number().nonnegative().optional(),
  /** Ends when standard input does: when the process that started it is gone. */
  attached: z.boolean().default(false),
});
export const mergeOptionsSchema = z.strictObject({ ...common, folders: z.array(folder).min(1) });

export const manifestOptionsSchema = z.strictObject({
  file,
  out: folder,
  jobs: z.int().min(1).max(10_000).default(4),
  image: z.string().min(1),
  /** Name of a PersistentVolumeClaim, and where it is mounted. */
  claim: z.string().min(1),
  mount: z.string().regex(/^\//, 'expected a path from the root of the container'),
  queue,
  queueSecret: z.string().min(1).optional(),
  memoryMiB: z.int().min(256).optional(),
});

export type PlanOptions = z.output<typeof planOptionsSchema>;
export type RunOptions = z.output<typeof runOptionsSchema>;
export type StatusOptions = z.output<typeof statusOptionsSchema>;
export type WorkerVerbOptions = z.output<typeof workerOptionsSchema>;
export type ManifestVerbOptions = z.output<typeof manifestOptionsSchema>;
export type MergeOptions = z.output<typeof mergeOptionsSchema>;
