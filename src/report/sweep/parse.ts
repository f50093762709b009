/** Reads `sweep.json`. */
import { z } from 'zod';
import { ReportError } from '../schema.js';
import { sweepReportSchema, type SweepReport } from './schema.js';

export const sweepSchemaVersion = 1;

/** Checks a parsed `sweep.json`. Throws ReportError on an unknown version or a wrong field, naming the field. */
export function parseSweepReport(json: unknown): SweepReport {
  const version = z.object({ schemaVersion: z.unknown() }).safeParse(json);
  const found = version.data?.schemaVersion;
  if (found !== undefined && found !== sweepSchemaVersion) {
    throw new ReportError(
      'REPORT_VERSION',
      `the sweep has schema version ${JSON.stringify(found)}, this nomul reads version ${sweepSchemaVersion}; run the sweep again with it`,
    );
  }
  const result = sweepReportSchema.safeParse(json);
  if (result.success) return result.data;
  throw new ReportError(
    'REPORT_INVALID',
    `not the results of a sweep (sweep.json in its folder):\n${z.prettifyError(result.error)}`,
  );
}
