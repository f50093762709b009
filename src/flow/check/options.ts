/** What `nomul check` takes and gives. */

import { z } from 'zod';
import type { Finding } from '../../report/index.js';
import type { Problem } from '../options.js';

const file = z.string().min(1, 'expected the path of a file');

export const checkOptionsSchema = z
  .strictObject({
    /** `report.json` of build or quantize, `sweep.json`, or folders with them. */
    reports: z.array(file),
    budget: file.optional(),
    /** Write the budget from the reports' numbers. */
    update: z.boolean().default(false),
    /** Percent, of new limits for what varies with a tool's version. */
    tolerance: z.number().min(0).max(100).default(2),
    /** ESLint's findings as JSON. */
    lint: z.array(file).default([]),
    junit: file.optional(),
    sarif: file.optional(),
    /** Workflow commands of GitHub as the result's text. */
    annotations: z.boolean().default(false),
    /** Only the JSON Schema of the budget. */
    schema: z.boolean().default(false),
  })
  .superRefine(({ reports, budget, update, lint, schema }, context) => {
    if (schema) return;
    if (reports.length === 0 && (update || lint.length === 0))
      context.addIssue({ code: 'custom', message: 'no report; expected report.json or sweep.json' });
    if (update && budget === undefined)
      context.addIssue({ code: 'custom', path: ['update'], message: 'name the file to write: --budget' });
  });

export type CheckOptions = z.output<typeof checkOptionsSchema>;

export interface CheckResult {
  readonly designs: number;
  /** The budget was written, and nothing was checked. */
  readonly updated: boolean;
  /** That ran: seeds, comparisons with the reference, limits, lint. */
  readonly checks: number;
  /** In order; warnings too. */
  readonly findings: readonly Finding[];
  /** Paths of the files written. */
  readonly files: readonly string[];
  /** For stdout: annotations, or the schema. */
  readonly text: string;
  /** The findings that are errors; empty: everything is as good as it has to be. */
  readonly problems: readonly Problem[];
}
