/** `report.json` of a constant matrix. */

import { z } from 'zod';
import { deviceNames } from '../options.js';

const count = z.int().nonnegative();

export const cmvmReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  nomul: z.string(),
  matrix: z.strictObject({
    file: z.string(),
    sha256: z.string(),
    name: z.string(),
    inputs: count,
    outputs: count,
    nonzero: count,
    inputWidth: count,
    inputSigned: z.boolean(),
  }),
  device: z.enum(deviceNames),
  /** Adder levels between registers, 0: combinational; null where the matrix is folded. */
  levelsPerStage: count.nullable(),
  fold: z.strictObject({ side: z.enum(['inputs', 'outputs']), perCycle: count }).nullable(),
  /** The shared adder graph: adders, the sum of their widths, adders on the longest way; null where the matrix is folded. */
  graph: z.strictObject({ adders: count, adderBits: count, depth: count }).nullable(),
  /** Clock edges from the (last) inputs to the (first) outputs. */
  latencyCycles: count,
  /** Cycles from one vector to the next. */
  cyclesPerVector: count,
  /** Of the unit alone, after synthesis; ECP5: LUT4 and two per CCU2C. */
  luts: count,
  registers: count,
  dsps: count,
  /** Placed and routed behind shift registers, one seed. */
  fmaxMHz: z.number().nullable(),
  seed: count,
  /** Vectors compared with exact integer arithmetic in the in-process simulator. */
  verified: z.strictObject({ vectors: count, cycles: count, mismatches: count }),
  tools: z.array(z.strictObject({ tool: z.string(), origin: z.string(), version: z.string() })),
});

export type CmvmReport = z.output<typeof cmvmReportSchema>;
