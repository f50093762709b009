/** Findings in the forms that CI systems read: JUnit XML, SARIF 2.1.0, GitHub's workflow commands. */
import type { Suite } from './check.js';
import type { Case, Finding } from './subjects.js';

/** JUnit XML: a suite per design, a case per check; warnings pass, with their text as output. */
export function junitXml(suites: readonly Suite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const body = suites.map(
    (suite) =>
      `  <testsuite name="${xml(suite.name)}" ${counts(suite.cases)}>\n${suite.cases.map((each) => junitCase(suite, each)).join('')}  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="nomul" ${counts(cases)}>\n${body.join('')}</testsuites>\n`;
}

const isFailure = (each: Case): boolean => each.outcome === 'failed' && each.finding.level === 'error';

function counts(cases: readonly Case[]): string {
  const failures = cases.filter(isFailure).length;
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped').length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function junitCase(suite: Suite, each: Case): string {
  const head = `    <testcase classname="${xml(suite.name)}" name="${xml(each.name)}"`;
  if (each.outcome === 'passed') return `${head}/>\n`;
  if (each.outcome === 'skipped') return `${head}><skipped message="${xml(each.reason)}"/></testcase>\n`;
  const { rule, message, file, line } = each.finding;
  const place = line === undefined ? file : `${file}:${line}`;
  if (!isFailure(each))
    return `${head}><system-out>${xml(`${rule}: ${message}\n${place}`)}</system-out></testcase>\n`;
  return `${head}><failure type="${xml(rule)}" message="${xml(message)}">${xml(place)}</failure></testcase>\n`;
}

/** Text for elements and attributes; characters that XML 1.0 cannot hold become a question mark. */
function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\n': '&#10;',
    '\r': '&#13;',
    '\t': '&#9;',
  };
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replace(/[&<>"\n\r\t]/g, (character) => entities[character] ?? character);
}

const ruleTexts: Readonly<Record<string, string>> = {
  BUDGET_EXCEEDED: 'A number is beyond the limit of the budget',
  BUDGET_NOT_MEASURED: 'The budget limits a number that the report does not have',
  BUDGET_UNMATCHED: 'The budget has an entry for a design that no report has',
  MISMATCH: 'The hardware differs from the bit-exact reference',
  TIMING_FAILED: 'The clock that was asked for is missed',
  POINT_FAILED: 'A point of a sweep failed',
};

/** SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it. */
export function sarif(findings: readonly Finding[], version: string): unknown {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'nomul',
            version,
            rules: rules.map((id) => ({ id, shortDescription: { text: ruleTexts[id] ?? id } })),
          },
        },
        results: findings.map((finding) => sarifResult(finding, rules)),
      },
    ],
  };
}

function sarifResult(
  { rule, level, subject, message, about, file, line, column }: Finding,
  rules: readonly string[],
): unknown {
  const region =
    line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  const text = subject === file ? message : `${subject}: ${message}`;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level,
    message: { text },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }],
    // The same finding of the next run has other numbers in its message: it is known by what it is about.
    partialFingerprints: { 'nomul/v2': JSON.stringify([rule, subject, about]) },
  };
}

/** A relative path as a relative reference, an absolute one as a file URI. */
function uriOf(path: string): string {
  const encoded = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return encoded.startsWith('/') ? `file://${encoded}` : encoded;
}

/** GitHub's workflow commands, a line each: `::error file=budget.json,title=...::...`. */
export function annotations(findings: readonly Finding[]): string {
  return findings
    .map(({ rule, level, subject, message, file, line, column }) => {
      const properties = [
        `file=${property(file)}`,
        ...(line === undefined ? [] : [`line=${line}`]),
        ...(column === undefined ? [] : [`col=${column}`]),
        `title=${property(rule)}`,
      ];
      const text = subject === file ? message : `${subject}: ${message}`;
      return `::${level} ${properties.join(',')}::${data(text)}\n`;
    })
    .join('');
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
