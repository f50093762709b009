/** The sub-verbs of `nomul sweep`, as functions. */

import { resolve as resolvePath } from 'node:path';
import type { FlowHooks } from '../../flow/index.js';
import { SweepError } from '../errors.js';
import { chooseLauncher } from '../launch/choose.js';
import type { Launcher } from '../launch/launcher.js';
import { shardMatrix, shardOf } from '../launch/shards.js';
import type { Job, Queue, QueueCounts } from '../queue/queue.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import { openQueue } from '../queue/open.js';
import { loadSweep } from '../spec/load.js';
import type { Sweep } from '../spec/sweep.js';
import { makeResolver, type Resolver } from '../stages/resolve.js';
import { flowStages } from '../stages/registry.js';
import type { StageRegistry } from '../stages/stage.js';
import { findSweepTools, type ToolTexts } from '../stages/tools.js';
import { BlobLost } from '../store/blobs.js';
import { makeFolder } from '../store/files.js';
import { measuredSeconds, openLog } from '../store/log.js';
import { mergeFolder } from '../store/merge.js';
import { openStore, type Store } from '../store/store.js';
import { executorProgram } from '../worker/programs.js';
import { runWorker } from '../worker/worker.js';
import { coordinate } from './coordinate.js';
import { explainer, type Explanation } from './explain.js';
import type { MergeOptions, PlanOptions, RunOptions, StatusOptions, WorkerVerbOptions } from './options.js';
import { planSweep, type SweepPlan } from './plan.js';
import { writeReport, type SweepSummary } from './report.js';
import { commonTools, toolsFor, writeTools } from './tools-file.js';

export interface SweepHooks extends Pick<FlowHooks, 'progress' | 'signal'> {
  /** One line for people: a corrupt entry, a worker's job that failed. */
  readonly notice?: (line: string) => void;
}

/** Other ways to run a sweep than workers of this machine; tests put their own stages here. */
export interface SweepMeans {
  readonly queue?: Queue;
  readonly launcher?: Launcher;
  readonly registry?: StageRegistry;
  readonly tools?: ToolTexts;
}

export interface SweepOutcome extends SweepSummary {
  readonly out: string;
  /** Jobs that this run waited for. */
  readonly jobs: number;
  readonly corrupt: readonly string[];
  readonly explanations: readonly Explanation[];
}

export interface PlanOutcome extends SweepPlan {
  readonly explanations: readonly Explanation[];
  /** With `shards`: for a CI job's `strategy.matrix`. */
  readonly matrix: { readonly shard: readonly string[] } | null;
}

const load = (file: string, pointsLimit: number): Promise<Sweep> => loadSweep(file, { pointsLimit });

/** At most so many explanations: the first ones tell the reason. */
const explanationsAtMost = 20;

/** What would be done. Starts nothing, writes nothing. @throws SweepError of the sweep file */
export const plan = async (
  { file, out, pointsLimit, explainCache, shards }: PlanOptions,
  { progress, signal }: SweepHooks = {},
  means: SweepMeans = {},
): Promise<PlanOutcome> => {
  const sweep = await load(file, pointsLimit);
  const folder = resolvePath(out);
  const store = openStore(folder);
  const registry = means.registry ?? flowStages(means.tools ?? (await toolsFor(sweep, folder)));
  const explanations = new Map<string, Explanation>();
  const resolve = watching(
    makeResolver(registry, store),
    explainCache ? explainer(store) : undefined,
    explanations,
  );
  progress?.('look at the cache', 0, 1);
  const planned = await planSweep({ sweep, registry, resolve, measured: measuredSeconds(folder), signal });
  progress?.('look at the cache', 1, 1);
  return {
    ...planned,
    explanations: [...explanations.values()],
    matrix: shards === undefined ? null : shardMatrix(sweep, shards),
  };
};

/** Keeps the reasons of the first jobs that are missing. */
const watching =
  (
    resolve: Resolver,
    explain: ((job: Job) => Explanation) | undefined,
    explanations: Map<string, Explanation>,
  ): Resolver =>
  (point, fresh) => {
    const resolution = resolve(point, fresh);
    if (explain !== undefined)
      for (const job of resolution.missing)
        if (explanations.size < explanationsAtMost && !explanations.has(job.id))
          explanations.set(job.id, explain(job));
    return resolution;
  };

/**
 * Runs a sweep, or goes on with it, and writes FOLDER/sweep.json, also when some points failed.
 * @throws SweepError; ToolMissing; SweepError INTERRUPTED after Ctrl-C, with everything finished so far kept
 */
export const runSweep = async (
  options: RunOptions,
  hooks: SweepHooks = {},
  means: SweepMeans = {},
): Promise<SweepOutcome> => {
  const whole = await load(options.file, options.pointsLimit);
  const sweep = options.shard === undefined ? whole : shardOf(whole, options.shard.shard, options.shard.of);
  return await runLoaded(sweep, options, hooks, means);
};

/** Everything but the folder has a default. */
type LoadedOptions = Pick<RunOptions, 'out'> &
  Partial<Pick<RunOptions, 'jobs' | 'explainCache' | 'queue' | 'launcher' | 'slurmOption'>>;

/** The same for a sweep that is a value already. */
export const runLoaded = async (
  sweep: Sweep,
  { out, explainCache = false, ...workers }: LoadedOptions,
  { progress, signal = new AbortController().signal, notice }: SweepHooks = {},
  means: SweepMeans = {},
): Promise<SweepOutcome> => {
  const folder = resolvePath(out);
  const tools = means.tools ?? (await findSweepTools(sweep));
  makeFolder(folder);
  const store = openStore(folder);
  const log = openLog(folder, 'sweep');
  const queue = means.queue ?? (await openQueue(folder, workers.queue, notice));
  const corrupt = new Set<string>();
  const onCorrupt = (path: string, why: string): void => {
    if (corrupt.has(path)) return;
    corrupt.add(path);
    log({ event: 'corrupt', path, why });
    notice?.(`${path} is corrupt: ${why}; it is made again`);
  };
  const explanations = new Map<string, Explanation>();
  const explain = explainCache ? explainer(store) : undefined;
  const attempt = async (): Promise<SweepSummary & Pick<SweepOutcome, 'jobs'>> => {
    const bare = makeResolver(means.registry ?? flowStages(tools), store, { onCorrupt });
    const resolve = watching(bare, explain, explanations);
    const { jobs } = await coordinate({
      ...{ points: sweep.points(), pointCount: sweep.pointCount, resolve, queue, signal },
      launcher: means.launcher ?? chooseLauncher({ folder, notice, ...workers }),
      progress: (finished, total) => progress?.('points', finished, total),
    });
    return { ...(await writeReport({ sweep, store, queue, resolve: bare, tools })), jobs };
  };
  try {
    writeTools(folder, tools);
    log({ event: 'start', sweep: sweep.hash, points: sweep.pointCount });
    // Started again: what was given up gets another chance.
    await queue.forgive();
    const summary = await untilWhole(attempt, onCorrupt);
    log({ event: 'end', ...summary });
    return { ...summary, out, corrupt: [...corrupt], explanations: [...explanations.values()] };
  } finally {
    await queue.close();
  }
};

/** The report may be the first to read a blob that is corrupt: then what made it makes it again. */
const untilWhole = async <T>(
  attempt: () => Promise<T>,
  onCorrupt: (path: string, why: string) => void,
): Promise<T> => {
  for (let left = 10; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BlobLost) || left === 0) throw error;
      onCorrupt(error.hash, error.message);
    }
  }
};

export interface StatusOutcome extends SweepSummary {
  readonly queue: QueueCounts;
}

/** How far a sweep is; writes sweep.json of what is finished. @throws SweepError */
export const status = async (
  { file, out, pointsLimit, queue: address }: StatusOptions,
  means: SweepMeans = {},
): Promise<StatusOutcome> => {
  const sweep = await load(file, pointsLimit);
  const folder = resolvePath(out);
  const store = openStore(folder);
  const tools = means.tools ?? (await toolsFor(sweep, folder));
  const queue = means.queue ?? (await openQueue(folder, address));
  try {
    const resolve = makeResolver(means.registry ?? flowStages(tools), store);
    return { ...(await writeReport({ sweep, store, queue, resolve, tools })), queue: await queue.counts() };
  } finally {
    await queue.close();
  }
};

/** Works on a folder's queue until there is nothing to do for a while, or until asked to stop. Returns jobs finished. */
export const work = async (
  { folder, idle, grace, attached, queue }: WorkerVerbOptions,
  { progress, notice, signal = new AbortController().signal }: SweepHooks = {},
  means: Pick<SweepMeans, 'queue'> = {},
): Promise<number> => {
  const path = resolvePath(folder);
  const stop = attached ? AbortSignal.any([signal, endOfInput()]) : signal;
  const finished = await runWorker({
    folder: path,
    queue: means.queue ?? (await openQueue(path, queue, notice)),
    executor: executorProgram(path),
    signal: stop,
    idleMs: attached ? Infinity : idle * 1000,
    ...(grace === undefined ? {} : { graceMs: grace * 1000 }),
    progress: (label, stage, event) => progress?.(`${stage} ${label}`, event === 'begin' ? 0 : 1, 1),
  }).finally(() => {
    // An open input would keep the process alive.
    if (attached) process.stdin.destroy();
  });
  if (signal.aborted)
    throw new SweepError('INTERRUPTED', `asked to stop after ${finished} jobs; nothing is lost`);
  return finished;
};

const endOfInput = (): AbortSignal => {
  const ended = new AbortController();
  for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, () => ended.abort());
  process.stdin.resume();
  return ended.signal;
};

export interface MergeOutcome extends SweepSummary {
  readonly out: string;
  readonly results: number;
  readonly corrupt: readonly string[];
}

/** Puts the results of shards together and writes sweep.json. @throws SweepError NOT_DETERMINISTIC, NO_SWEEP */
export const merge = async (
  { file, out, folders, pointsLimit }: MergeOptions,
  means: SweepMeans = {},
): Promise<MergeOutcome> => {
  const sweep = await load(file, pointsLimit);
  const folder = resolvePath(out);
  const tools = commonTools(folders.map((each) => resolvePath(each)));
  makeFolder(folder);
  const merged = folders.map((each) => mergeFolder(resolvePath(each), folder));
  writeTools(folder, tools);
  const store: Store = openStore(folder);
  const queue = leaseDirectory(folder);
  try {
    const resolve = makeResolver(means.registry ?? flowStages(tools), store);
    const summary = await writeReport({ sweep, store, queue, resolve, tools });
    const results = merged.reduce((sum, each) => sum + each.results, 0);
    return { ...summary, out, results, corrupt: merged.flatMap((each) => each.corrupt) };
  } finally {
    await queue.close();
  }
};
