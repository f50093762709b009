/** The file of a constant matrix: JSON, as `../shared/data/cmvm` writes it; every complaint names a row and a column. */

import { basename } from 'node:path';
import { z } from 'zod';
import { FlowError } from '../errors.js';
import { readBytes } from '../inputs.js';

const matrixSchema = z.object({
  /** Name of the module; default: the file's. */
  name: z.string().min(1).optional(),
  /** `ternary...`, `int2` to `int16`: declares the range of the weights. */
  family: z.string().optional(),
  /** Declares signed weights of so many bits. */
  w_bits: z.int().min(1).max(30).optional(),
  n_in: z.int().min(1).max(4096),
  n_out: z.int().min(1).max(4096),
  x: z.object({ bits: z.int().min(1).max(32), signed: z.boolean() }),
  /** `w[output][input]` */
  w: z.array(z.array(z.number())),
});

export interface MatrixFile {
  readonly name: string;
  /** `weights[output][input]` */
  readonly weights: readonly (readonly number[])[];
  readonly inputWidth: number;
  readonly inputSigned: boolean;
}

/** @throws FlowError UNREADABLE_FILE, BAD_MATRIX */
export const readMatrix = (path: string): MatrixFile => {
  const file = matrixSchema.safeParse(parsed(path));
  if (!file.success) {
    const [issue] = file.error.issues;
    return bad(path, `${place(issue?.path ?? [])}${issue?.message ?? 'it is no matrix'}`);
  }
  const { n_in, n_out, x, w, name = basename(path).replace(/\.json$/i, '') } = file.data;
  if (w.length !== n_out) return bad(path, `w has ${w.length} rows, n_out says ${n_out}`);
  const { lo, hi, why } = declaredRange(file.data);
  w.forEach((row, index) => {
    if (row.length !== n_in)
      return bad(path, `row ${index} of w has ${row.length} weights, n_in says ${n_in}`);
    const column = row.findIndex((weight) => !Number.isInteger(weight) || weight < lo || weight > hi);
    if (column >= 0)
      return bad(
        path,
        `row ${index}, column ${column} of w is ${row[column]}, no integer in ${lo} .. ${hi} (${why})`,
      );
  });
  return { name: moduleName(name), weights: w, inputWidth: x.bits, inputSigned: x.signed };
};

const parsed = (path: string): unknown => {
  const text = new TextDecoder().decode(readBytes(path, 'matrix'));
  try {
    return JSON.parse(text);
  } catch (error) {
    return bad(path, `it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
};

const place = (path: readonly PropertyKey[]): string => {
  const [key, row, column] = path.map(String);
  if (key === undefined) return '';
  if (key !== 'w' || row === undefined) return `${path.map(String).join('.')}: `;
  return column === undefined ? `row ${row} of w: ` : `row ${row}, column ${column} of w: `;
};

interface Declared {
  readonly lo: number;
  readonly hi: number;
  readonly why: string;
}

const declaredRange = ({ family = '', w_bits }: z.output<typeof matrixSchema>): Declared => {
  const bits = w_bits ?? Number(/^int(\d+)$/.exec(family)?.[1] ?? 0);
  if (w_bits === undefined && family.startsWith('ternary')) return { lo: -1, hi: 1, why: 'ternary' };
  if (bits > 0) return { lo: -(2 ** (bits - 1)), hi: 2 ** (bits - 1) - 1, why: `signed, ${bits} bits` };
  return { lo: 1 - 2 ** 29, hi: 2 ** 29 - 1, why: 'the widest weights that are possible' };
};

const moduleName = (name: string): string => {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(cleaned) ? cleaned : `matrix_${cleaned}`;
};

const bad = (path: string, detail: string): never => {
  throw new FlowError('BAD_MATRIX', `the matrix ${path} cannot be used: ${detail}`);
};
