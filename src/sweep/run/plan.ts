/** What a sweep would do: how much is answered already, how much is left, how long that takes. */

import { setImmediate as breathe } from 'node:timers/promises';
import { spreadOf } from '../../report/index.js';
import type { Quarantined } from '../queue/queue.js';
import { designLabel, pointId, type Point } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';
import type { Resolver } from '../stages/resolve.js';
import type { StageRegistry } from '../stages/stage.js';
import { measurements } from '../stages/unavailable.js';
import { isSpent } from '../worker/limits.js';

export interface StagePlan {
  readonly stage: string;
  /** Results that are there. */
  readonly answered: number;
  /** Jobs whose inputs are known and that are missing. */
  readonly missing: number;
  /** At most so many more, whose inputs are the outputs of missing ones. */
  readonly later: number;
  /** Median of those measured in this folder; null: none was. */
  readonly secondsEach: number | null;
}

export interface SweepPlan {
  readonly title: string;
  readonly points: number;
  readonly designs: number;
  /** Points that need nothing any more. */
  readonly answeredPoints: number;
  /** Jobs that lacked time or memory when the sweep was last run, and would have no more. */
  readonly spent: number;
  readonly stages: readonly StagePlan[];
  /** Processor seconds left, at most; null: a stage that is needed was never measured here. */
  readonly seconds: number | null;
}

export interface PlanOptions {
  readonly sweep: Sweep;
  readonly registry: StageRegistry;
  readonly resolve: Resolver;
  readonly measured: ReadonlyMap<string, readonly number[]>;
  /** Jobs given up before, by id. */
  readonly before: ReadonlyMap<string, Quarantined>;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves every point once. Counts of distinct results; memory grows with their number. */
export const planSweep = async ({
  sweep,
  registry,
  resolve,
  measured,
  before,
  signal,
}: PlanOptions): Promise<SweepPlan> => {
  const tallies = new Map(registry.map(({ name }) => [name, newTally()]));
  const spent = new Set<string>();
  let answeredPoints = 0;
  let looked = 0;
  for (const point of sweep.points()) {
    const { results, missing, later } = resolve(point);
    for (const job of missing) if (isSpent(job, before.get(job.id))) spent.add(job.id);
    const open = missing.filter(({ id }) => !spent.has(id));
    if (open.length === 0) answeredPoints++;
    for (const { stage, key } of Object.values(results)) tallies.get(stage)?.answered.add(key.slice(0, 16));
    for (const { stage, key } of open) tallies.get(stage)?.missing.add(key.slice(0, 16));
    for (const stage of open.length === 0 ? [] : later)
      tallies.get(stage)?.later.add(laterName(stage, point));
    if (++looked % 200 === 0) await breathe();
    signal?.throwIfAborted();
  }
  const stages = [...tallies]
    .map(([stage, tally]): StagePlan => ({
      stage,
      answered: tally.answered.size,
      missing: tally.missing.size,
      later: tally.later.size,
      secondsEach: spreadOf(measured.get(stage) ?? [])?.median ?? null,
    }))
    // What the sweep does not ask for is not told of.
    .filter(
      ({ stage, answered, missing, later }) =>
        !measurements.includes(stage) || answered + missing + later > 0,
    );
  const seconds = secondsOf(stages);
  return {
    title: sweep.title,
    points: sweep.pointCount,
    designs: sweep.designCount,
    answeredPoints,
    spent: spent.size,
    stages,
    seconds,
  };
};

interface StageTally {
  readonly answered: Set<string>;
  readonly missing: Set<string>;
  readonly later: Set<string>;
}
const newTally = (): StageTally => ({ answered: new Set(), missing: new Set(), later: new Set() });

/** What has no key yet is counted once per design, once per point where the seed counts. */
const laterName = (stage: string, point: Point): string =>
  stage === 'place' ? pointId(point) : designLabel(point);

const secondsOf = (stages: readonly StagePlan[]): number | null => {
  const open = stages.filter(({ missing, later }) => missing + later > 0);
  if (open.some(({ secondsEach }) => secondsEach === null)) return null;
  return open.reduce(
    (sum, { missing, later, secondsEach }) => sum + (missing + later) * (secondsEach ?? 0),
    0,
  );
};
