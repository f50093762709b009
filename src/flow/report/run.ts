/** `nomul report`: the page and the tables of a sweep. */

import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  designsOf,
  parseSweepReport,
  renderSweepReport,
  sweepCsv,
  sweepJsonLines,
  sweepParquet,
  type SweepReport,
} from '../../report/index.js';
import { FlowError } from '../errors.js';
import { readJson, writeWhole } from '../read-json.js';

const file = z.string().min(1, 'expected the path of a file');

export const reportOptionsSchema = z.strictObject({
  /** `sweep.json`, or the folder with it. */
  sweep: file,
  /** The page; undefined: `report.html` beside `sweep.json`. */
  out: file.optional(),
  csv: file.optional(),
  jsonl: file.optional(),
  parquet: file.optional(),
});

export type ReportOptions = z.output<typeof reportOptionsSchema>;

export interface ReportResult {
  readonly title: string;
  readonly points: Readonly<Record<'done' | 'infeasible' | 'failed', number>>;
  readonly designs: number;
  /** Paths of the files written, the page first. */
  readonly files: readonly string[];
}

/**
 * Reads a sweep, writes its page and the exports asked for, each file whole. @throws ReportError for another version or a wrong
 * field, FlowError UNREADABLE_FILE, and what the file system says
 */
export const runReport = async (options: ReportOptions): Promise<ReportResult> => {
  const path = sweepFile(options.sweep);
  const report = readJson(path, parseSweepReport);
  const page = options.out ?? join(dirname(path), 'report.html');
  writeWhole(page, await renderSweepReport(report));
  const { csv, jsonl, parquet } = options;
  if (csv !== undefined) writeWhole(csv, sweepCsv(report));
  if (jsonl !== undefined) writeWhole(jsonl, sweepJsonLines(report));
  if (parquet !== undefined) writeWhole(parquet, await sweepParquet(report));
  return {
    title: report.title,
    points: {
      done: count(report, 'done'),
      infeasible: count(report, 'infeasible'),
      failed: count(report, 'failed'),
    },
    designs: designsOf(report.points).length,
    files: [page, csv, jsonl, parquet].filter((name) => name !== undefined),
  };
};

const sweepFile = (given: string): string => {
  if (!existsSync(given) || !statSync(given).isDirectory()) return given;
  const path = join(given, 'sweep.json');
  if (existsSync(path)) return path;
  throw new FlowError(
    'UNREADABLE_FILE',
    `${given} holds no sweep.json; nomul sweep and nomul search write it when they end`,
  );
};

const count = ({ points }: SweepReport, status: string): number =>
  points.filter((point) => point.status === status).length;
