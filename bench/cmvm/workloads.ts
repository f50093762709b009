/** The constant matrices of ../shared/data/cmvm, smallest first. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface Workload {
  readonly name: string;
  readonly file: string;
  readonly matrix: readonly (readonly number[])[];
  readonly inputWidth: number;
  readonly inputSigned: boolean;
  /** Also measured without registers: 16 x 16, and pvq_n64_k32. */
  readonly isCombinational: boolean;
}

const format = z.object({
  name: z.string(),
  x: z.object({ bits: z.number(), signed: z.boolean() }),
  w: z.array(z.array(z.number())),
});

export const workloadsIn = (folder: string): readonly Workload[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(folder, file))
    .map((file): Workload => {
      const { name, x, w } = format.parse(JSON.parse(readFileSync(file, 'utf8')));
      const isCombinational = name.includes('16x16') || name === 'pvq_n64_k32';
      return { name, file, matrix: w, inputWidth: x.bits, inputSigned: x.signed, isCombinational };
    })
    .sort((a, b) => weightOf(a) - weightOf(b));

/** About how long synthesis takes. */
const weightOf = ({ matrix }: Workload): number =>
  matrix.flat().reduce((total, weight) => total + Math.log2(1 + Math.abs(weight)), 0);
