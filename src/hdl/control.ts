/** How `m.when` and `m.switch` build their statements while the branches' bodies run. */

import { describe, fail } from './diagnostics.js';
import type { Node, SourceLocation, Statement } from './ir.js';
import { exactInteger, foreign, type Owner, type UInt } from './signal.js';
import type { StateReg } from './states.js';
import type { BranchRecord, StatementTree } from './statements.js';

export interface WhenChain {
  elseWhen(condition: UInt, body: () => void): WhenChain;
  otherwise(body: () => void): void;
}

export interface SwitchCase {
  readonly value: number | bigint;
  readonly label?: string;
  readonly body: () => void;
}

interface Host extends Owner {
  locationField(): { readonly location?: SourceLocation };
}

/** @throws HDL021 when a branch follows the last one */
export function openWhen(m: Host, tree: StatementTree, condition: UInt, body: () => void): WhenChain {
  const place = tree.place();
  const owner = {};
  const location = m.locationField();
  const branches: BranchRecord[] = [];
  let ended = false;
  /** 1 when no branch so far was taken. */
  let none = m.graph.constant(1n) as Node;
  const save = (otherwise: readonly Statement[]): void =>
    place.set({ kind: 'when', branches: [...branches], otherwise, ...location });
  const add = (test: UInt, run: () => void): void => {
    if (ended) fail('HDL021', 'a branch follows .otherwise()', 'move .otherwise() to the end');
    const node = test.condition(m);
    const reached = m.graph.bitwise('and', none, node);
    branches.push({ condition: node, body: [] });
    save([]);
    branches[branches.length - 1] = { condition: node, body: tree.branch(owner, reached, run) };
    none = m.graph.bitwise('and', none, m.graph.not(node));
    save([]);
  };
  add(condition, body);
  const chain: WhenChain = {
    elseWhen: (test, run) => {
      add(test, run);
      return chain;
    },
    otherwise: (run) => {
      if (ended) fail('HDL021', '.otherwise() appears twice', 'keep one');
      ended = true;
      save(tree.branch(owner, none, run));
    },
  };
  return chain;
}

/** One branch per state, the last without a test. */
export function openOneHotSwitch<N extends string>(
  m: Host,
  tree: StatementTree,
  { names, is }: Pick<StateReg<N>, 'names' | 'is'>,
  bodies: Readonly<Record<N, () => void>>,
): void {
  const last = names.at(-1);
  const [first, ...middle] = names.slice(0, -1);
  if (last === undefined) return;
  if (first === undefined) {
    bodies[last]();
    return;
  }
  const chain = openWhen(m, tree, is(first), bodies[first]);
  for (const name of middle) chain.elseWhen(is(name), bodies[name]);
  chain.otherwise(bodies[last]);
}

/** @throws HDL015 on a repeated or impossible value */
export function openSwitch(
  m: Host,
  tree: StatementTree,
  {
    subject,
    cases,
    otherwise,
  }: { readonly subject: UInt; readonly cases: readonly SwitchCase[]; readonly otherwise: () => void },
): void {
  const place = tree.place();
  const owner = {};
  const location = m.locationField();
  if (subject.owner !== m) foreign(subject, m);
  const seen = new Set<bigint>();
  const tests: Node[] = [];
  place.set({ kind: 'switch', subject: subject.node, cases: [], otherwise: [], ...location });
  const records = cases.map(({ value, label, body }) => {
    const exact = exactInteger(value);
    if (seen.has(exact) || exact < subject.range.lo || exact > subject.range.hi) {
      fail(
        'HDL015',
        `case ${exact} of ${describe(subject.node)} is ${seen.has(exact) ? 'repeated' : 'impossible'}`,
        'give each possible value one case',
      );
    }
    seen.add(exact);
    const test = subject.eq(exact).node;
    tests.push(test);
    return { value: exact, label: label ?? '', body: tree.branch(owner, test, body) };
  });
  const any = tests.reduce((a, b) => m.graph.bitwise('or', a, b), m.graph.constant(0n));
  const rest = tree.branch(owner, m.graph.not(any), otherwise);
  place.set({ kind: 'switch', subject: subject.node, cases: records, otherwise: rest, ...location });
}
