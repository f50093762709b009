/** `nomul check`: reports against a budget, and what CI systems read of the outcome. */

import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  annotations,
  budgetJsonSchema,
  checkSubjects,
  earlierBudget,
  findingsOf,
  junitXml,
  lintSuites,
  parseAnyReport,
  parseBudget,
  sarif,
  subjectsOf,
  updateBudget,
  type Finding,
  type Subject,
  type Suite,
} from '../../report/index.js';
import { FlowError } from '../errors.js';
import { readJson, writeWhole } from '../read-json.js';
import { version } from '../version.js';
import type { CheckOptions, CheckResult } from './options.js';

/**
 * Reads the reports, compares them with the budget (or writes it), writes what was asked for, each file whole. @throws
 * ReportError and FlowError for files that are not what they should be, and what the file system says
 */
export const runCheck = (options: CheckOptions): Promise<CheckResult> =>
  Promise.resolve().then(() => {
    if (options.schema) return { ...nothing, text: `${JSON.stringify(budgetJsonSchema(), null, 2)}\n` };
    const subjects = options.reports.flatMap(readSubjects);
    return options.update ? update(options, subjects) : compare(options, subjects);
  });

const nothing: CheckResult = {
  designs: 0,
  updated: false,
  checks: 0,
  findings: [],
  files: [],
  text: '',
  problems: [],
};

const readSubjects = (given: string): readonly Subject[] => {
  const path = reportFile(given);
  return readJson(path, (json) => subjectsOf(parseAnyReport(json), path));
};

const reportFile = (given: string): string => {
  if (!existsSync(given) || !statSync(given).isDirectory()) return given;
  const found = ['sweep.json', 'report.json'].map((name) => join(given, name)).find(existsSync);
  if (found !== undefined) return found;
  throw new FlowError(
    'UNREADABLE_FILE',
    `${given} holds neither sweep.json nor report.json; name the report`,
  );
};

const compare = (options: CheckOptions, subjects: readonly Subject[]): CheckResult => {
  const { budget: budgetFile, lint, junit, sarif: sarifFile } = options;
  const budget = budgetFile === undefined ? undefined : readJson(budgetFile, parseBudget);
  const suites = [
    ...checkSubjects(subjects, budget, budgetFile ?? ''),
    ...lint.flatMap((path) => readJson(path, (json) => lintSuites(json, fromHere))),
  ];
  const findings = findingsOf(suites);
  if (junit !== undefined) writeWhole(junit, junitXml(suites));
  if (sarifFile !== undefined)
    writeWhole(sarifFile, `${JSON.stringify(sarif(findings, version), null, 2)}\n`);
  return {
    designs: subjects.length,
    updated: false,
    checks: countChecks(suites),
    findings,
    files: [junit, sarifFile].filter((name) => name !== undefined),
    text: options.annotations ? annotations(findings) : '',
    problems: findings.filter(({ level }) => level === 'error').map(problemOf),
  };
};

const fromHere = (absolute: string): string => relative(process.cwd(), absolute);

const countChecks = (suites: readonly Suite[]): number =>
  suites.reduce((sum, { cases }) => sum + cases.filter(({ outcome }) => outcome !== 'skipped').length, 0);

const problemOf = ({ rule, subject, message, line }: Finding): CheckResult['problems'][number] => ({
  code: rule,
  message: `${subject}${line === undefined ? '' : `:${line}`}: ${message}`,
});

const update = ({ budget: path, tolerance }: CheckOptions, subjects: readonly Subject[]): CheckResult => {
  if (path === undefined) return nothing;
  const earlier = existsSync(path) ? readJson(path, earlierBudget) : undefined;
  const budget = updateBudget(earlier, subjects, tolerance);
  writeWhole(path, `${JSON.stringify(budget, null, 2)}\n`);
  return { ...nothing, designs: subjects.length, updated: true, files: [path] };
};
