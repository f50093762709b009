/** What is known of a point, and which jobs are missing: walks its stages, each key made of the outputs before it. */

import { hashOf, type JsonObject } from '../canonical.js';
import type { Job } from '../queue/queue.js';
import { pointLabel, type Point } from '../spec/points.js';
import type { StoredResult } from '../store/results.js';
import { lookUp, type Store } from '../store/store.js';
import type { Stage, StageRegistry, StageRequest } from './stage.js';

export interface Resolution {
  /** Results that are there, by stage. */
  readonly results: Readonly<Record<string, StoredResult>>;
  /** What can be done now; empty: nothing is missing. */
  readonly missing: readonly Job[];
  /** Stages that wait for missing ones, their keys unknown as yet. */
  readonly later: readonly string[];
  /** The first stage that is infeasible, and why. */
  readonly infeasible: { readonly stage: string; readonly reason: string } | null;
}

/** `fresh`: what is remembered is looked at again, because something was found missing. */
export type Resolver = (point: Point, fresh?: boolean) => Resolution;

export interface ResolverOptions {
  /** Called for every entry that is there and cannot be used. */
  readonly onCorrupt?: (path: string, why: string) => void;
  /** Results kept in memory. */
  readonly remembered?: number;
}

export const jobKey = ({ name, version }: Stage, inputs: JsonObject): string =>
  hashOf({ stage: name, version, inputs });

export const jobOf = (stage: Stage, { inputs, context }: StageRequest, point: Point): Job => {
  const key = jobKey(stage, inputs);
  const id = `${stage.name}-${key}`;
  const { memoryMiB } = point.limits;
  const limitMinutes = minutesOf(stage, point);
  return {
    ...{ id, stage: stage.name, key, label: pointLabel(point), inputs },
    context: { ...context, memoryMiB, limitMinutes },
  };
};

/** For everything: its own time, and that of its tools. */
const minutesOf = ({ minutes = 120, tools }: Stage, { limits }: Point): number =>
  (limits.stageMinutes ?? minutes) + (tools === undefined ? 0 : tools.runs * limits[tools.limit]);

export const makeResolver = (
  registry: StageRegistry,
  store: Store,
  options: ResolverOptions = {},
): Resolver => {
  const find = remembering(store, options);
  return (point, fresh = false) => {
    const results: Record<string, StoredResult> = {};
    const outputs: Record<string, JsonObject> = {};
    const missing: Job[] = [];
    const later: string[] = [];
    let infeasible: Resolution['infeasible'] = null;
    for (const stage of registry) {
      if (stage.after.some((name) => missing.some((job) => job.stage === name) || later.includes(name))) {
        later.push(stage.name);
        continue;
      }
      // What stands before it is infeasible, or not asked for.
      if (stage.after.some((name) => outputs[name] === undefined)) continue;
      const request = stage.request(point, outputs);
      if (request === undefined) continue;
      const result = find(stage.name, jobKey(stage, request.inputs), fresh);
      if (result === undefined) missing.push(jobOf(stage, request, point));
      else {
        results[stage.name] = result;
        if (result.outcome.kind === 'done') outputs[stage.name] = result.outcome.outputs;
        else infeasible ??= { stage: stage.name, reason: result.outcome.reason };
      }
    }
    return { results, missing, later, infeasible };
  };
};

/** Neighbouring points share most of their results. */
const remembering = (
  store: Store,
  { onCorrupt, remembered = 1000 }: ResolverOptions,
): ((stage: string, key: string, fresh: boolean) => StoredResult | undefined) => {
  const known = new Map<string, StoredResult>();
  return (stage, key, fresh) => {
    const id = `${stage}-${key}`;
    const before = known.get(id);
    if (before !== undefined && !fresh) return before;
    known.delete(id);
    const lookup = lookUp(store, stage, key);
    if (lookup.kind === 'corrupt') onCorrupt?.(lookup.path, lookup.why);
    if (lookup.kind !== 'found') return undefined;
    known.set(id, lookup.result);
    const [oldest] = known.keys();
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    return lookup.result;
  };
};
