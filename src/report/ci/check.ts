/** Compares designs with a budget. */
import { number, percent } from '../html.js';
import { measures, type MeasureName } from '../sweep/measures.js';
import { allowedBy, limitsOf, matches, type Budget, type BudgetEntry, type Limit } from './budget.js';
import type { Case, Finding, Subject } from './subjects.js';

/** A group of checks as CI shows them: a design, the budget, a linted file. */
export interface Suite {
  readonly name: string;
  readonly file: string;
  readonly cases: readonly Case[];
}

/** The reports' own checks and the budget's, one suite per design. `budgetFile`: where the budget's misses point to. */
export function checkSubjects(
  subjects: readonly Subject[],
  budget: Budget | undefined,
  budgetFile: string,
): readonly Suite[] {
  const entries = budget?.budgets ?? [];
  const suites = subjects.map((subject) => ({
    name: subject.name,
    file: subject.file,
    cases: [
      ...subject.cases,
      ...entries
        .filter((entry) => matches(entry, subject.identity))
        .flatMap((entry) => limitsOf(entry).map((limit) => limitCase(subject, limit, budgetFile))),
    ],
  }));
  const unmatched = entries.filter((entry) => !subjects.some(({ identity }) => matches(entry, identity)));
  if (unmatched.length === 0) return suites;
  const cases = unmatched.map((entry) => unmatchedCase(entry, budgetFile));
  return [...suites, { name: 'budget', file: budgetFile, cases }];
}

/** All that failed, in order. */
export function findingsOf(suites: readonly Suite[]): readonly Finding[] {
  return suites.flatMap(({ cases }) =>
    cases.flatMap((each) => (each.outcome === 'failed' ? [each.finding] : [])),
  );
}

function limitCase(subject: Subject, limit: Limit, file: string): Case {
  const { measure } = limit;
  const measured = subject.measured[measure];
  const allowed = allowedBy(limit);
  const isLess = measures[measure].better === 'less';
  const name = `${measures[measure].title} ${isLess ? 'at most' : 'at least'} ${show(measure, allowed)}`;
  const failed = (rule: string, message: string): Case => ({
    name,
    outcome: 'failed',
    finding: {
      ...{ rule, level: 'error', subject: subject.name },
      ...{ message, about: measures[measure].title, file },
    },
  });
  if (measured === null) {
    const skipped = subject.cases.flatMap((each) => (each.outcome === 'skipped' ? [each.reason] : []));
    const why = skipped[0] === undefined ? `${subject.file} has no such number` : skipped[0];
    return failed('BUDGET_NOT_MEASURED', `${measures[measure].title}: the budget limits it, but ${why}`);
  }
  if (isLess ? measured <= allowed : measured >= allowed) return { name, outcome: 'passed' };
  return failed('BUDGET_EXCEEDED', missedText(limit, measured, allowed));
}

function missedText(limit: Limit, measured: number, allowed: number): string {
  const { measure, tolerancePercent, tolerance } = limit;
  const { title, better } = measures[measure];
  const difference = Math.abs(measured - allowed);
  const share = allowed === 0 ? '' : ` (${percent(difference / allowed)})`;
  const slack = [
    ...(tolerancePercent === 0 ? [] : [`${number(tolerancePercent)} %`]),
    ...(tolerance === 0 ? [] : [show(measure, tolerance)]),
  ].join(' and ');
  const budget =
    slack === '' ? '' : `, ${show(measure, limit.limit)} in the budget with a tolerance of ${slack}`;
  const word = better === 'less' ? 'too much' : 'too little';
  return `${title}: measured ${show(measure, measured)}, allowed ${show(measure, allowed)}${budget}: ${show(measure, difference)}${share} ${word}`;
}

/** Exact enough that a difference of one is seen. */
function show(measure: MeasureName, value: number): string {
  const { unit } = measures[measure];
  if (measure === 'accuracy') return `${Number((100 * value).toFixed(4))} %`;
  const text = Number(value.toPrecision(9)).toLocaleString('en-US', { maximumFractionDigits: 3 });
  return unit === '' ? text : `${text} ${unit}`;
}

function unmatchedCase({ match }: BudgetEntry, file: string): Case {
  const asked = Object.entries(match).map(([name, value]) => `${name} ${value}`);
  const what = asked.length === 0 ? 'any design' : asked.join(', ');
  const message = `no report has a design with ${what}; give its report to nomul check, or remove the entry from the budget`;
  return {
    name: what,
    outcome: 'failed',
    finding: { rule: 'BUDGET_UNMATCHED', level: 'error', subject: what, message, about: '', file },
  };
}
