/** Which of nomul's reports a JSON file is. */
import { z } from 'zod';
import { quantizeReportSchema, type QuantizeReport } from '../quantize/schema.js';
import { parseReport, ReportError, type Report } from '../schema.js';
import { parseSweepReport } from '../sweep/parse.js';
import type { SweepReport } from '../sweep/schema.js';

export type AnyReport =
  | { readonly kind: 'build'; readonly report: Report }
  | { readonly kind: 'quantize'; readonly report: QuantizeReport }
  | { readonly kind: 'sweep'; readonly report: SweepReport };

/** A report of build (emit, sim, synth), quantize or sweep. Throws ReportError when it is none, or of another version. */
export function parseAnyReport(json: unknown): AnyReport {
  const keys = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  if ('sweepHash' in keys) return { kind: 'sweep', report: parseSweepReport(json) };
  if ('generator' in keys) return { kind: 'build', report: parseReport(json) };
  if ('method' in keys) return { kind: 'quantize', report: parseQuantizeReport(json, keys['schemaVersion']) };
  throw new ReportError(
    'REPORT_INVALID',
    'not a report of nomul: expected report.json of build or quantize, or sweep.json',
  );
}

function parseQuantizeReport(json: unknown, version: unknown): QuantizeReport {
  const known = 1;
  if (version !== known) {
    throw new ReportError(
      'REPORT_VERSION',
      `the report has schema version ${JSON.stringify(version)}, this nomul reads version ${known}; quantize again`,
    );
  }
  const result = quantizeReportSchema.safeParse(json);
  if (result.success) return result.data;
  throw new ReportError('REPORT_INVALID', `not a report of quantize:\n${z.prettifyError(result.error)}`);
}
