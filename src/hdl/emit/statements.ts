/** The author's when and switch as always blocks. */
import { coversAll } from '../check/prune.js';
import type { Assertion, Statement, Switch } from '../ir.js';
import { constantText } from './constant.js';
import type { Scope } from './scope.js';

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
        const lines = statement.branches.flatMap(({ condition, body: list }, index) => {
          const word = index === 0 ? `${indent}if` : `${indent}end else if`;
          const head = `${word} (${scope.closed(condition, consumer).text}) begin`;
          const marked =
            index === 0 ? scope.origins.mark(head, 'when', statement.location, 'statement') : head;
          return [marked, ...body(list)];
        });
        const last =
          statement.otherwise.length === 0 ? [] : [`${indent}end else begin`, ...body(statement.otherwise)];
        return [...lines, ...last, `${indent}end`];
      }
      case 'switch':
        return printSwitch(scope, statement, operator, indent);
    }
  });
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
