/** What `nomul quantize` takes and gives. */

import { z } from 'zod';
import type { QuantizeReport } from '../../report/index.js';
import type { Problem } from '../options.js';

export const quantizeMethods = ['prom', 'inq', 'factorize', 'pvq', 'fames', 'uniform'] as const;
export type QuantizeMethod = (typeof quantizeMethods)[number];

export const quantizeOptionsSchema = z.strictObject({
  /** ONNX file with a float network. */
  model: z.string().min(1, 'expected the path of a file'),
  method: z.enum(quantizeMethods),
  /** JSON file with the method's configuration; undefined: its defaults. */
  config: z.string().min(1, 'expected the path of a file').optional(),
  /** Folder of the data set, `:PREFIX` appended where the folder holds several. */
  data: z.string().min(1, 'expected FOLDER or FOLDER:PREFIX'),
  /** What one step of a stored pixel is worth to the network; undefined: the data set's default. */
  inputScale: z.number().positive().optional(),
  /** Training epochs in all; 0: calibration only. undefined: the method's default. */
  epochs: z.int().min(0).max(10_000).optional(),
  /** Training pictures kept back for choosing: never trained on. undefined: a tenth, at most 5,000. */
  validation: z.int().min(1).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  /** Folder that receives the result; checkpoints stand beside it (`OUT.checkpoints`) until the run is complete. */
  out: z.string().min(1, 'expected the path of a folder'),
});

export type QuantizeOptions = z.output<typeof quantizeOptionsSchema>;

export interface QuantizeResult {
  /** The folder with the results, and the files in it. */
  readonly out: string;
  readonly files: readonly string[];
  readonly report: QuantizeReport;
  readonly problems: readonly Problem[];
}
