/** The author's when and switch as always blocks. */
import type { Assertion, Assign, Node, RegNode, Statement, WireNode } from '../ir.js';
import { constantText } from './constant.js';
import type { Scope } from './scope.js';

export type Lines = readonly string[];
type Keep = (statement: Assign | Assertion) => boolean;

/** The part of a tree that concerns the kept assignments and assertions; branches that cannot run are dropped. */
export function prune(statements: readonly Statement[], keep: Keep): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    if (statement.kind === 'assign' || statement.kind === 'assert') return keep(statement) ? [statement] : [];
    const otherwise = prune(statement.otherwise, keep);
    if (statement.kind === 'switch') {
      const cases = statement.cases.map((item) => ({ ...item, body: prune(item.body, keep) }));
      if (statement.subject.kind === 'const') {
        const { value } = statement.subject;
        return cases.find((item) => item.value === value)?.body ?? otherwise;
      }
      const isEmpty = otherwise.length === 0 && cases.every(({ body }) => body.length === 0);
      return isEmpty ? [] : [{ ...statement, cases, otherwise }];
    }
    const branches = statement.branches.map((item) => ({ ...item, body: prune(item.body, keep) }));
    return prunedWhen(statement, branches, otherwise);
  });
}

type When = Extract<Statement, { kind: 'when' }>;

function prunedWhen(
  statement: When,
  all: When['branches'],
  lastBody: readonly Statement[],
): readonly Statement[] {
  const certain = all.findIndex(({ condition }) => isConstant(condition, 1n));
  const otherwise = all[certain]?.body ?? lastBody;
  const possible = (certain < 0 ? all : all.slice(0, certain)).filter(
    ({ condition }) => !isConstant(condition, 0n),
  );
  const lastFull =
    otherwise.length > 0 ? possible.length - 1 : possible.findLastIndex(({ body }) => body.length > 0);
  const branches = possible.slice(0, lastFull + 1);
  if (branches.length === 0) return otherwise;
  return [{ ...statement, branches, otherwise }];
}

const isConstant = (node: Node, value: bigint): boolean => node.kind === 'const' && node.value === value;

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
        return [`${indent}${name} ${operator} ${scope.driver(statement.value, name)};`];
      }
      case 'assert':
        return printAssertion(scope, statement, indent);
      case 'when': {
        const consumer = consumerOf(statement);
        const lines = statement.branches.flatMap(({ condition, body: list }, index) => {
          const word = index === 0 ? `${indent}if` : `${indent}end else if`;
          return [`${word} (${scope.closed(condition, consumer).text}) begin`, ...body(list)];
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

type Switch = Extract<Statement, { kind: 'switch' }>;

function printSwitch(scope: Scope, statement: Switch, operator: '=' | '<=', indent: string): Lines {
  const { subject, cases, otherwise } = statement;
  const inner = `${indent}  `;
  const isComplete = otherwise.length === 0 && coversAll(statement);
  const arm = (head: string, label: string, list: readonly Statement[]): Lines => {
    const comment = label === '' ? '' : ` // ${label.replace(/[\r\n]+/g, ' ')}`;
    if (list.length === 0) return [`${inner}${head}: ;${comment}`];
    const lines = printStatements(scope, list, operator, `${inner}  `);
    return [`${inner}${head}: begin${comment}`, ...lines, `${inner}end`];
  };
  const lines = cases.flatMap(({ value, label, body }, index) => {
    const isLast = isComplete && index === cases.length - 1;
    return arm(
      isLast ? 'default' : constantText(value, subject.type.width, subject.type.signed),
      label,
      body,
    );
  });
  const selector = scope.closed(subject, consumerOf(statement)).text;
  return [
    `${indent}case (${selector})`,
    ...lines,
    ...(isComplete ? [] : arm('default', '', otherwise)),
    `${indent}endcase`,
  ];
}

/** Whether the cases name every value the subject can have: then the last one needs no test. */
export const coversAll = ({ subject, cases }: Switch): boolean =>
  BigInt(cases.length) === subject.hi - subject.lo + 1n;

function printAssertion(scope: Scope, { condition, message }: Assertion, indent: string): Lines {
  const text = message.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/%/g, '%%').replace(/\s+/g, ' ');
  return [
    `${indent}if (!(${scope.closed(condition, 'assertion').text})) begin`,
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

export type Target = RegNode | WireNode;
