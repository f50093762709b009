/** A Design's own properties: `m.assert` holds under `m.assume`, `m.cover` can be reached. */

import type { Design, Node, Statement } from '../hdl/index.js';
import { runJobs, type EngineOptions } from './engine.js';
import { FormalError } from './errors.js';
import { propertyJob, type PropertyQuestion } from './jobs.js';
import { climb, type Decision } from './ladder.js';
import { designsBelow, prepare, propertiesOf, type Property } from './prepare.js';
import { inputsOfModel, replayProperties, stepsOf } from './replay.js';
import type { Counterexample, Verdict } from './verdict.js';

export interface PropertyOptions {
  /** Longest induction, and how far a violation or a cover is searched, in clock cycles after the start; default 20. */
  readonly depth?: number;
  /** Default true; false: only the first `depth` cycles are searched. */
  readonly induction?: boolean;
  /** `once` (default): reset in the first cycle only. `any`: also whenever the prover wants. */
  readonly resets?: 'once' | 'any';
}

export interface CoverResult {
  /** Hierarchical name of the first instance of the component, empty for the top. */
  readonly instance: string;
  readonly message: string;
  /** `reached`: the counterexample-like trace leads there. `unreachable`: proved. `notReached`: not within `depth` cycles. */
  readonly outcome: 'reached' | 'unreachable' | 'notReached' | 'unknown';
  /** How to get there. */
  readonly trace?: Counterexample;
  readonly seconds: number;
}

export interface PropertyResult {
  /** About all asserts together; undefined when there are none. */
  readonly asserts?: Verdict;
  readonly covers: readonly CoverResult[];
}

const defaultDepth = 20;

/**
 * The asserts of a Design and of everything below it, for all inputs that keep its assumptions, from a start with reset; and
 * each cover. @throws FormalError (NOTHING_TO_PROVE without any assert or cover), ToolMissing, ToolCrashed, ToolInterrupted
 */
export async function proveProperties(
  design: Design,
  options: PropertyOptions & EngineOptions = {},
): Promise<PropertyResult> {
  const { depth = defaultDepth } = options;
  if (!Number.isInteger(depth) || depth < 1)
    throw new FormalError('BAD_PROOF', `depth is ${depth}; expected a whole number from 1`);
  const whole = prepare(design);
  const goals = goalsOf(whole);
  if (goals.length === 0) {
    throw new FormalError(
      'NOTHING_TO_PROVE',
      `${design.name} has neither m.assert nor m.cover; add one, or name a second design to compare with`,
    );
  }
  const decisions = await climb(
    goals.map((goal, index) => ({
      folder: folderOf(index),
      rungs: [
        {
          job: propertyJob(questionOf(goal, index, options), depth, {
            induction: options.induction ?? true,
          }),
          refutes: true,
          extraSteps: 1,
        },
      ],
    })),
    options,
  );
  const verdicts: (readonly [Goal, Verdict])[] = [];
  for (const [index, decision] of decisions.entries()) {
    const goal = goals[index];
    if (goal !== undefined) verdicts.push([goal, await withTrace(goal, decision, index, depth, options)]);
  }
  const asserts = verdicts.find(([goal]) => goal.cover === undefined)?.[1];
  const covers = verdicts.flatMap(([{ cover }, verdict]) =>
    cover === undefined ? [] : [coverResult(cover, verdict)],
  );
  return { covers, ...(asserts === undefined ? {} : { asserts }) };
}

/** What one question is about: all asserts, or that one cover never happens. */
interface Goal {
  readonly design: Design;
  readonly cover?: { readonly instance: string; readonly message: string };
}

const folderOf = (index: number): string => `p${index}`;
const questionOf = ({ design }: Goal, index: number, options: PropertyOptions): PropertyQuestion => ({
  design,
  folder: folderOf(index),
  resets: options.resets ?? 'once',
});

function goalsOf(top: Design): readonly Goal[] {
  const found = [...designsBelow(top)].flatMap(([design, instance]) =>
    propertiesOf(design.statements).map((property) => ({ instance, property })),
  );
  const asserts = found.some(({ property }) => property.property === 'assert') || hasCollisionChecks(top);
  const covers = found.filter(({ property }) => property.property === 'cover');
  return [
    ...(asserts ? [{ design: top }] : []),
    ...covers.map(({ instance, property }) => ({
      design: neverHappens(top, property, new Map()),
      cover: { instance, message: property.message },
    })),
  ];
}

/** Memories that promise not to be read where they are written check it. */
const hasCollisionChecks = (top: Design): boolean =>
  [...designsBelow(top).keys()].some(({ memories }) =>
    memories.some(({ readDuringWrite }) => readDuringWrite === 'never'),
  );

/** The Design with one cover turned into the assertion of its opposite, and without all other asserts and covers. */
function neverHappens(design: Design, cover: Property, done: Map<Design, Design>): Design {
  const known = done.get(design);
  if (known !== undefined) return known;
  const rewritten: Design = {
    ...design,
    statements: rewrite(design.statements, cover),
    memories: design.memories.map((memory) =>
      memory.readDuringWrite === 'never' ? { ...memory, readDuringWrite: 'any' as const } : memory,
    ),
    instances: design.instances.map((instance) =>
      instance.design.kind === 'design'
        ? { ...instance, design: neverHappens(instance.design, cover, done) }
        : instance,
    ),
  };
  done.set(design, rewritten);
  return rewritten;
}

function rewrite(statements: readonly Statement[], cover: Property): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    switch (statement.kind) {
      case 'assign':
        return [statement];
      case 'assert':
        if (statement === cover)
          return [{ ...statement, property: 'assert', condition: opposite(statement.condition) }];
        return statement.property === 'assume' ? [statement] : [];
      case 'when':
        return [
          {
            ...statement,
            branches: statement.branches.map((branch) => ({ ...branch, body: rewrite(branch.body, cover) })),
            otherwise: rewrite(statement.otherwise, cover),
          },
        ];
      case 'switch':
        return [
          {
            ...statement,
            cases: statement.cases.map((item) => ({ ...item, body: rewrite(item.body, cover) })),
            otherwise: rewrite(statement.otherwise, cover),
          },
        ];
    }
  });
}

/** A node beside the Design's own: its id is below theirs. */
const opposite = (condition: Node): Node => ({
  kind: 'op',
  op: 'not',
  id: -1,
  args: [condition],
  type: { signed: false, width: 1 },
  lo: 0n,
  hi: 1n,
});

async function withTrace(
  goal: Goal,
  { model, ...decision }: Decision,
  index: number,
  depth: number,
  options: PropertyOptions & EngineOptions,
): Promise<Verdict> {
  const seconds = decision.attempts.reduce((sum, attempt) => sum + attempt.seconds, 0);
  if (model === undefined) return { ...decision, seconds };
  const { design } = goal;
  const replay = (found: typeof model): Counterexample => {
    const cycles = stepsOf(found) - 1;
    return replayProperties(design, inputsOfModel(design, design.usesReset, found, cycles), cycles);
  };
  const counterexample = replay(model);
  if (counterexample.confirmed) return { ...decision, seconds, counterexample };
  const job = propertyJob(questionOf(goal, index, options), depth, { induction: false, zeroStart: true });
  const [again] = await runJobs([{ folder: folderOf(index), job }], options);
  const second = again?.model === undefined ? undefined : replay(again.model);
  return {
    ...decision,
    seconds: seconds + (again?.seconds ?? 0),
    counterexample: second?.confirmed === true ? second : counterexample,
  };
}

function coverResult(cover: NonNullable<Goal['cover']>, verdict: Verdict): CoverResult {
  const outcomes = {
    refuted: 'reached',
    proved: 'unreachable',
    bounded: 'notReached',
    unknown: 'unknown',
  } as const;
  const { counterexample: trace, seconds } = verdict;
  return { ...cover, outcome: outcomes[verdict.verdict], seconds, ...(trace === undefined ? {} : { trace }) };
}
