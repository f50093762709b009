/** Two Designs with the same ports: do they have the same outputs, always? */

import type { Design } from '../hdl/index.js';
import { FormalError } from './errors.js';
import type { EngineOptions } from './engine.js';
import { inputsOf, type TopOptions } from './harness.js';
import { correspondenceJob, inductionJob, windowJob, zeroStartJob, type Comparison } from './jobs.js';
import { climb, type Decision, type Question, type Rung } from './ladder.js';
import { runJobs } from './engine.js';
import { designsBelow, prepare, propertiesOf, stateCorresponds, stateOf } from './prepare.js';
import { inputsOfModel, replayComparison, stepsOf } from './replay.js';
import type { Counterexample, Verdict } from './verdict.js';

export interface EquivalenceOptions {
  /**
   * Clock cycles after the start from which outputs are compared; default 0. Pipelines without reset need their latency:
   * until then the outputs depend on what the registers held at power-up.
   */
  readonly settleCycles?: number;
  /** Inputs that do not change while the designs run. */
  readonly stable?: readonly string[];
  /** Longest induction, and how far a counterexample is searched, in clock cycles; default 20. */
  readonly depth?: number;
  /** `any` (default): reset in the first cycle and whenever the prover wants. `once`: in the first cycle only. */
  readonly resets?: 'once' | 'any';
}

export interface EquivalenceTask extends EquivalenceOptions {
  readonly a: Design;
  readonly b: Design;
  /** An output that only b has: 1 when the outputs have to agree. */
  readonly care?: string;
}

const defaultDepth = 20;

/**
 * Proves that `a` and `b` have equal outputs in every cycle for equal inputs, or finds inputs that tell them apart. Both start
 * with a reset; registers without any starting value start anywhere. Assumptions (`m.assume`) of both hold.
 * @throws FormalError, ToolMissing, ToolCrashed, ToolInterrupted
 */
export async function proveEquivalent(
  a: Design,
  b: Design,
  options: EquivalenceOptions & EngineOptions = {},
): Promise<Verdict> {
  const [verdict] = await proveAllEquivalent([{ a, b, ...options }], options);
  if (verdict === undefined) throw new RangeError('one task has one verdict');
  return verdict;
}

/** As `proveEquivalent` for many pairs in few runs of the tool; the verdicts are in the order of the tasks. */
export async function proveAllEquivalent(
  tasks: readonly EquivalenceTask[],
  options: EngineOptions = {},
): Promise<readonly Verdict[]> {
  const prepared = tasks.map(prepareTask);
  const questions = prepared.map((task, index) => question(task, index));
  const decisions = await climb(questions, options);
  const verdicts: Verdict[] = [];
  for (const [index, decision] of decisions.entries()) {
    const task = prepared[index];
    if (task !== undefined) verdicts.push(await withCounterexample(task, decision, index, options));
  }
  return verdicts;
}

function prepareTask(task: EquivalenceTask): EquivalenceTask {
  const { a, b, settleCycles = 0, depth = defaultDepth, stable = [] } = task;
  requireSamePorts(a, b, task.care);
  if (!Number.isInteger(settleCycles) || settleCycles < 0)
    throw new FormalError('BAD_PROOF', `settleCycles is ${settleCycles}; expected a whole number from 0`);
  if (!Number.isInteger(depth) || depth < 1)
    throw new FormalError('BAD_PROOF', `depth is ${depth}; expected a whole number from 1`);
  const unknown = stable.find((name) => !inputsOf(a).some((port) => port.name === name));
  if (unknown !== undefined)
    throw new FormalError('BAD_PROOF', `stable names ${unknown}, which is no input of ${a.name}`);
  return { ...task, a: prepare(a), b: prepare(b) };
}

/** @throws FormalError PORTS_DIFFER */
function requireSamePorts(a: Design, b: Design, extra: string | undefined): void {
  const described = (design: Design): readonly string[] =>
    design.ports
      .filter(({ name }) => design === a || name !== extra)
      .map(
        ({ name, direction, type }) =>
          `${direction} ${name} : ${type.signed ? 'sint' : 'uint'}(${type.width})`,
      )
      .sort();
  const [left, right] = [described(a), described(b)];
  const onlyLeft = left.filter((port) => !right.includes(port));
  const onlyRight = right.filter((port) => !left.includes(port));
  if (onlyLeft.length === 0 && onlyRight.length === 0) return;
  const sides = [
    ...(onlyLeft.length === 0 ? [] : [`only ${a.name} has ${onlyLeft.join(', ')}`]),
    ...(onlyRight.length === 0 ? [] : [`only ${b.name} has ${onlyRight.join(', ')}`]),
  ];
  throw new FormalError(
    'PORTS_DIFFER',
    `${a.name} and ${b.name} cannot be compared: ${sides.join('; ')}; give both the same ports`,
  );
}

const folderOf = (index: number): string => `q${index}`;

function comparisonOf(
  { a, b, care, settleCycles = 0, stable = [], resets = 'any' }: EquivalenceTask,
  index: number,
): Comparison {
  const options: TopOptions = { settleCycles, stable, resets, ...(care === undefined ? {} : { care }) };
  return { a, b, folder: folderOf(index), options };
}

function question(task: EquivalenceTask, index: number): Question {
  const { a, b, care, settleCycles = 0, depth = defaultDepth } = task;
  const comparison = comparisonOf(task, index);
  const combinational = stateOf(a).length === 0 && stateOf(b).length === 0;
  const assumes = [a, b].some((design) =>
    [...designsBelow(design).keys()].some((part) => propertiesOf(part.statements).length > 0),
  );
  const corresponds = care === undefined && !assumes && stateCorresponds(a, b);
  const rungs: readonly (Rung | false)[] = [
    corresponds && { job: correspondenceJob(comparison), refutes: false, extraSteps: 0 },
    (combinational || settleCycles > 0) && {
      job: windowJob(comparison),
      refutes: combinational,
      extraSteps: 0,
    },
    (!combinational || assumes) && {
      job: inductionJob(comparison, Math.max(depth, settleCycles + 2)),
      refutes: true,
      extraSteps: 0,
    },
  ];
  return { folder: folderOf(index), rungs: rungs.filter((rung) => rung !== false) };
}

/** Replays a model; one that needs power-up values which the simulator does not choose is asked for again from 0. */
async function withCounterexample(
  task: EquivalenceTask,
  { model, ...decision }: Decision,
  index: number,
  options: EngineOptions,
): Promise<Verdict> {
  const seconds = decision.attempts.reduce((sum, attempt) => sum + attempt.seconds, 0);
  if (model === undefined) return { ...decision, seconds };
  const { a, b, care } = task;
  const replay = (found: typeof model): Counterexample => {
    const cycles = stepsOf(found);
    const inputs = inputsOfModel(a, a.usesReset || b.usesReset, found, cycles);
    return replayComparison(a, b, inputs, cycles, care);
  };
  const counterexample = replay(model);
  if (counterexample.confirmed) return { ...decision, seconds, counterexample };
  const job = zeroStartJob(comparisonOf(task, index), stepsOf(model));
  const [again] = await runJobs([{ folder: folderOf(index), job }], options);
  const second = again?.model === undefined ? undefined : replay(again.model);
  return {
    ...decision,
    seconds: seconds + (again?.seconds ?? 0),
    counterexample: second?.confirmed === true ? second : counterexample,
  };
}
