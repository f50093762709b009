/** Tries one method after the other on each question until one decides. */

import { runJobs, type EngineOptions, type JobResult } from './engine.js';
import type { Job } from './jobs.js';
import type { Model } from './model-waves.js';
import type { Attempt, Method, VerdictKind } from './verdict.js';

/** A method, and what its answers are worth. */
export interface Rung {
  readonly job: Job;
  /** Whether a model of this method is a counterexample; otherwise the state it starts from may be out of reach. */
  readonly refutes: boolean;
  /** Steps of the job that are not clock cycles of the proof. */
  readonly extraSteps: number;
}

export interface Question {
  /** Folder of its files, unlike every other question's. */
  readonly folder: string;
  readonly rungs: readonly Rung[];
}

/** A verdict before its counterexample has been replayed. */
export interface Decision {
  readonly verdict: VerdictKind;
  readonly depth?: number;
  readonly method?: Method;
  readonly model?: Model;
  readonly attempts: readonly Attempt[];
}

/** Answers all questions, one process per rung. @throws ToolMissing, ToolCrashed, ToolInterrupted */
export async function climb(
  questions: readonly Question[],
  options: EngineOptions,
): Promise<readonly Decision[]> {
  const decisions: Decision[] = questions.map(() => ({ verdict: 'unknown', attempts: [] }));
  const tallest = Math.max(0, ...questions.map(({ rungs }) => rungs.length));
  for (let level = 0; level < tallest; level++) {
    const open = questions.flatMap(({ folder, rungs }, index) => {
      const rung = rungs[level];
      const undecided = ['unknown', 'bounded'].includes(decisions[index]?.verdict ?? '');
      return rung === undefined || !undecided ? [] : [{ index, rung, folder, job: rung.job }];
    });
    if (open.length === 0) continue;
    const results = await runJobs(open, options);
    open.forEach(({ index, rung }, i) => {
      const [before, result] = [decisions[index], results[i]];
      if (before !== undefined && result !== undefined) decisions[index] = judge(before, rung, result);
    });
  }
  return decisions;
}

function judge(before: Decision, { job, refutes, extraSteps }: Rung, result: JobResult): Decision {
  const { answer, model, seconds } = result;
  const outcome = answer.outcome === 'refuted' && !refutes ? 'undecided' : answer.outcome;
  const attempts = [...before.attempts, { method: job.method, outcome, seconds }];
  const { method } = job;
  if (outcome === 'proved') return { verdict: 'proved', method, attempts };
  if (outcome === 'refuted')
    return { verdict: 'refuted', method, attempts, ...(model === undefined ? {} : { model }) };
  const depth = answer.steps - extraSteps;
  // A run that was stopped has searched something too.
  if (method === 'induction' && depth > 0) return { verdict: 'bounded', depth, method, attempts };
  return { ...before, attempts };
}
