/** The arrays bench as a table. */

import type { Job } from './jobs.js';
import type { Result } from './measure.js';

export interface Row {
  readonly array: string;
  readonly family: string;
  readonly arithmetic: string;
  readonly design: string;
  readonly luts: string;
  readonly lutsPerPe: string;
  readonly registersPerPe: string;
  readonly dsps: string;
  readonly fmax: string;
  readonly device: string;
}

export const explanation = `Arrays with run-time weights, 8-bit signed activations, 24-bit accumulators, weights shifted in down the columns. All
designs have the same ports and are synthesized alone for the counts (LUT4; ECP5: LUT4 + 2 x CCU2C, the better of with and
without -nowidelut), and inside the baseline's harness (serial shift registers around every port) for fmax (median of seeds).
nomul, ternaryDot columns: a tree per column, all rows of a vector in the same cycle; the +1 of each negation is left out and
  belongs into the requantizer's addend. nomul, ternaryPe chains: exact, rows skewed by a cycle each, as in the baseline.
nomul, intDot columns: a tree per column, exact. nomul, recodedDot columns: the same from weights in base-4 digits; a constant
  of the weights is left out and belongs into the requantizer's addend. baseline: tern wsb, int8 wsb and int8h wsb as hand-written; wsx instantiates
  ECP5 carry cells. Place and route only where the part is large enough.`;

export const rowOf = (job: Job, { counts, device, doesNotFit, runs }: Result): Row => {
  const failed = 'err' in counts;
  const per = (count: number): string => (count / job.pes).toFixed(1);
  return {
    array: job.size,
    family: job.target,
    arithmetic: job.arithmetic,
    design: `${job.maker}: ${job.design}`,
    luts: failed ? 'synthesis failed' : String(counts.lut),
    lutsPerPe: failed ? '-' : per(counts.lut),
    registersPerPe: failed ? '-' : per(counts.ff),
    dsps: failed ? '-' : String(counts.dsp),
    fmax: median((runs ?? []).flatMap(({ fmax }) => (fmax === null ? [] : [fmax]))),
    device: device ?? (doesNotFit === undefined ? '-' : `does not fit ${doesNotFit}`),
  };
};

const median = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]?.toFixed(0) ?? '-';
};

const columns: readonly (readonly [keyof Row, string])[] = [
  ['array', 'array'],
  ['family', 'family'],
  ['arithmetic', 'arithmetic'],
  ['design', 'design'],
  ['luts', 'LUT4'],
  ['lutsPerPe', 'LUT4/PE'],
  ['registersPerPe', 'FF/PE'],
  ['dsps', 'DSP'],
  ['fmax', 'fmax MHz'],
  ['device', 'part'],
];

export const table = (rows: readonly Row[]): string => {
  const cells = [columns.map(([, title]) => title), ...rows.map((row) => columns.map(([key]) => row[key]))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
};
