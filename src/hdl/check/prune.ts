/** The part of a statement tree that concerns some targets, and what a tree assigns. */
import type { Assertion, Assign, Node, RegNode, Statement, Switch, When, WireNode } from '../ir.js';

export type Target = RegNode | WireNode;
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

/** Whether a node is this constant. */
export const isConstant = (node: Node, value: bigint): boolean =>
  node.kind === 'const' && node.value === value;

/** Whether the cases name every value the subject can have: then the last one needs no test. */
export const coversAll = ({ subject, cases }: Switch): boolean =>
  BigInt(cases.length) === subject.hi - subject.lo + 1n;
