/** What `nomul cmvm` takes and gives. */

import { z } from 'zod';
import { deviceNameSchema, type Problem } from '../options.js';
import type { CmvmReport } from './report.js';

export const cmvmOptionsSchema = z
  .strictObject({
    /** JSON file: `n_in`, `n_out`, `x: { bits, signed }`, `w[output][input]`. */
    matrix: z.string().min(1, 'expected the path of a file'),
    device: deviceNameSchema,
    /** Adder levels between registers; 0: combinational. Default 1. */
    pipeline: z.int().min(0).max(64).optional(),
    /** A group of inputs or of outputs per cycle instead of everything at once. */
    fold: z.strictObject({ side: z.enum(['inputs', 'outputs']), perCycle: z.int().min(1) }).optional(),
    out: z.string().min(1, 'expected the path of a folder'),
    /** Vectors compared with exact integer arithmetic. */
    verify: z.int().min(1).max(1_000_000).default(1000),
    /** Of the search, the vectors and the placer. */
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1),
    /** Minutes that one run of a tool may take. */
    timeLimit: z.number().positive().optional(),
    tools: z.string().min(1).optional(),
  })
  .superRefine(({ fold, pipeline }, context) => {
    if (fold !== undefined && pipeline !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['pipeline'],
        message: 'a folded matrix always has a register after every adder; leave this out',
      });
  });

export type CmvmOptions = z.output<typeof cmvmOptionsSchema>;

export interface CmvmResult {
  /** The folder with the results, and the files in it. */
  readonly out: string;
  readonly files: readonly string[];
  readonly report: CmvmReport;
  readonly problems: readonly Problem[];
}
