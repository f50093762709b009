/** The author's when and switch as always blocks. */
import { coversAll } from '../check/prune.js';
import type { Assertion, Node, Statement, Switch, When } from '../ir.js';
import { constantText } from './constant.js';
import type { Scope } from './scope.js';
import { guarded, rank } from './text.js';

export type Lines = readonly string[];

/** Prints statements; `<=` in clocked blocks, `=` in combinational ones. */
export function printStatements(
  scope: Scope,
  statements: readonly Statement[],
  operator: '=' | '<=',
  indent: string,
): Lines {
  const inner = `${indent}  `;
  const body = (list: readonly Statement[]): Lines => printStatements(scope, list, operator, inner);
  return statements.flatMap((statement): Lines => {
    switch (statement.kind) {
      case 'assign': {
        const { name } = statement.target;
        const line = `${indent}${name} ${operator} ${scope.driver(statement.value, name)};`;
        return [scope.origins.mark(line, name, statement.location, 'statement')];
      }
      case 'assert':
        return scope.origins.markAll(
          printAssertion(scope, statement, indent),
          statement.property,
          statement.location,
          'statement',
        );
      case 'when': {
        const consumer = consumerOf(statement);
        const chain = withoutEmptyBranches(statement);
        const lines = chain.branches.flatMap(({ tests, body: list }, index) => {
          const word = index === 0 ? `${indent}if` : `${indent}end else if`;
          const head = `${word} (${printTests(scope, tests, consumer)}) begin`;
          const marked =
            index === 0 ? scope.origins.mark(head, 'when', statement.location, 'statement') : head;
          return [marked, ...body(list)];
        });
        const last =
          chain.otherwise.length === 0 ? [] : [`${indent}end else begin`, ...body(chain.otherwise)];
        return [...lines, ...last, `${indent}end`];
      }
      case 'switch':
        return printSwitch(scope, statement, operator, indent);
    }
  });
}

/** A condition that must hold, or must not. */
interface Test {
  readonly condition: Node;
  readonly holds: boolean;
}
interface Chain {
  readonly branches: readonly { readonly tests: readonly Test[]; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
}

/** The branches that do something: where some before do nothing, what follows is reached when their conditions do not hold. */
function withoutEmptyBranches(statement: When): Chain {
  const { branches, otherwise } = statement;
  const holding = (condition: Node): Test => ({ condition, holds: true });
  const empty = branches.findIndex(({ body }) => body.length === 0);
  const before = (empty < 0 ? branches : branches.slice(0, empty)).map(({ condition, body }) => ({
    tests: [holding(condition)],
    body,
  }));
  if (empty < 0) return { branches: before, otherwise };
  const full = branches.findIndex(({ body }, index) => index > empty && body.length > 0);
  const skipped = full < 0 ? branches.slice(empty) : branches.slice(empty, full);
  const tests = skipped.map(({ condition }) => ({ condition, holds: false }));
  const [next, ...others] = full < 0 ? [] : branches.slice(full);
  if (next === undefined) return { branches: [...before, { tests, body: otherwise }], otherwise: [] };
  const isLast = others.length === 0 && otherwise.length === 0;
  const rest = isLast
    ? { tests: [...tests, holding(next.condition)], body: next.body }
    : { tests, body: [{ ...statement, branches: branches.slice(full) }] };
  return { branches: [...before, rest], otherwise: [] };
}

function printTests(scope: Scope, tests: readonly Test[], consumer: string): string {
  return tests
    .map(({ condition, holds }) => {
      const text = scope.closed(condition, consumer);
      if (!holds) return `!${guarded(text, rank.primary)}`;
      return tests.length === 1 ? text.text : guarded(text, rank.equality);
    })
    .join(' && ');
}

function printSwitch(scope: Scope, statement: Switch, operator: '=' | '<=', indent: string): Lines {
  const { subject, cases, otherwise } = statement;
  const inner = `${indent}  `;
  const isComplete =
    otherwise.length === 0 && coversAll(statement) && cases.every(({ body }) => body.length > 0);
  const isNeeded = (list: readonly Statement[]): boolean => list.length > 0 || otherwise.length > 0;
  const arm = (head: string, label: string, list: readonly Statement[]): Lines => {
    const comment = label === '' ? '' : ` // ${label.replace(/[\r\n]+/g, ' ')}`;
    if (list.length === 0) return [`${inner}${head}: ;${comment}`];
    const lines = printStatements(scope, list, operator, `${inner}  `);
    return [`${inner}${head}: begin${comment}`, ...lines, `${inner}end`];
  };
  const lines = cases.flatMap(({ value, label, body }, index) => {
    if (!isNeeded(body)) return [];
    const isLast = isComplete && index === cases.length - 1;
    return arm(
      isLast ? 'default' : constantText(value, subject.type.width, subject.type.signed),
      label,
      body,
    );
  });
  const selector = scope.closed(subject, consumerOf(statement)).text;
  return [
    scope.origins.mark(`${indent}case (${selector})`, 'switch', statement.location, 'statement'),
    ...lines,
    ...(isComplete ? [] : arm('default', '', otherwise)),
    `${indent}endcase`,
  ];
}

function printAssertion(scope: Scope, { condition, message, property }: Assertion, indent: string): Lines {
  const tested = scope.closed(condition, 'assertion').text;
  if (scope.properties === 'formal') {
    return [`${indent}${property} (${tested}); // ${message.replace(/\s+/g, ' ')}`];
  }
  const text = message.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/%/g, '%%').replace(/\s+/g, ' ');
  return [
    `${indent}if (!(${tested})) begin`,
    `${indent}  $display("%m: ${text}");`,
    `${indent}  $finish;`,
    `${indent}end`,
  ];
}

/** Wires forced by a condition are named after the first thing it decides. */
function consumerOf(statement: Statement): string {
  switch (statement.kind) {
    case 'assign':
      return statement.target.name;
    case 'assert':
      return 'assertion';
    case 'when':
      return firstConsumer([...statement.branches.flatMap(({ body }) => body), ...statement.otherwise]);
    case 'switch':
      return firstConsumer([...statement.cases.flatMap(({ body }) => body), ...statement.otherwise]);
  }
}

function firstConsumer([first]: readonly Statement[]): string {
  return first === undefined ? 'control' : consumerOf(first);
}

/** Top-level statements in blocks: neighbouring plain assignments together, every when and switch by itself. */
export function groups(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const found: Statement[][] = [];
  for (const statement of statements) {
    const last = found.at(-1);
    const isPlain = statement.kind === 'assign' && last?.[0]?.kind === 'assign';
    if (last !== undefined && isPlain) last.push(statement);
    else found.push([statement]);
  }
  return found;
}
