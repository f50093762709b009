/** What ESLint found (`eslint --format json`): the rules of `nomul/eslint` and any others. */
import { z } from 'zod';
import { ReportError } from '../schema.js';
import type { Suite } from './check.js';
import type { Case } from './subjects.js';

const lintSchema = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        /** null: the file could not be parsed. */
        ruleId: z.string().nullable(),
        /** 1: a warning, 2: an error. */
        severity: z.union([z.literal(1), z.literal(2)]),
        message: z.string(),
        line: z.int().positive().optional(),
        column: z.int().positive().optional(),
      }),
    ),
  }),
);

/** A suite per linted file. `pathOf` makes ESLint's absolute paths those of the reader. Throws ReportError. */
export function lintSuites(json: unknown, pathOf: (absolute: string) => string): readonly Suite[] {
  const result = lintSchema.safeParse(json);
  if (!result.success) {
    throw new ReportError(
      'REPORT_INVALID',
      `not ESLint's JSON (eslint --format json):\n${z.prettifyError(result.error)}`,
    );
  }
  return result.data.map(({ filePath, messages }) => {
    const file = pathOf(filePath);
    const cases = messages.map(({ ruleId, severity, message, line, column }): Case => {
      const rule = ruleId ?? 'parse';
      const level = severity === 2 ? 'error' : 'warning';
      const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
      return {
        name: line === undefined ? rule : `${rule}, line ${line}`,
        outcome: 'failed',
        finding: { rule, level, subject: file, message, about: message, file, ...place },
      };
    });
    return { name: file, file, cases: cases.length === 0 ? [{ name: 'lint', outcome: 'passed' }] : cases };
  });
}
