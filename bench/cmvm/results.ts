/** The form of bench/results/cmvm.json. */
import { z } from 'zod';

const cells = z.object({ lut: z.number(), ff: z.number() });
const side = z.object({
  adders: z.number(),
  depth: z.number(),
  cpuSeconds: z.number(),
  cells: cells.optional(),
});
const row = z.object({
  part: z.enum(['pipelined', 'combinational', 'adders, any depth', 'adders, least depth']),
  matrix: z.string(),
  target: z.enum(['ice40', 'ecp5']).optional(),
  ours: side.extend({
    estimatedLuts: z.number(),
    estimatedRegisters: z.number(),
    latencyCycles: z.number(),
  }),
  da4ml: side,
});
export type Row = z.infer<typeof row>;
export const resultsFormat = z.object({ rows: z.array(row) });

export const keyOf = ({ part, matrix, target }: Row): string => `${matrix} ${part} ${target ?? ''}`;
