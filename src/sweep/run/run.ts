/** `nomul sweep plan`, `run` and `worker`, as functions. */

import { resolve as resolvePath } from 'node:path';
import type { FlowHooks } from '../../flow/index.js';
import { SweepError } from '../errors.js';
import { chooseLauncher } from '../launch/choose.js';
import type { Launcher } from '../launch/launcher.js';
import { shardMatrix, shardOf } from '../launch/shards.js';
import type { Job, Quarantined, Queue } from '../queue/queue.js';
import { openQueue } from '../queue/open.js';
import { loadSweep } from '../spec/load.js';
import type { Sweep } from '../spec/sweep.js';
import { makeResolver, type Resolver } from '../stages/resolve.js';
import { flowStages } from '../stages/registry.js';
import type { StageRegistry } from '../stages/stage.js';
import { findSweepTools, type ToolTexts } from '../stages/tools.js';
import { refuseConflicts } from '../store/conflicts.js';
import { makeFolder } from '../store/files.js';
import { measuredSeconds, openLog, type Log } from '../store/log.js';
import { openStore } from '../store/store.js';
import { executorProgram } from '../worker/programs.js';
import { runWorker } from '../worker/worker.js';
import { coordinate } from './coordinate.js';
import { explainer, type Explanation } from './explain.js';
import type { PlanOptions, RunOptions, WorkerVerbOptions } from './options.js';
import { planSweep, type SweepPlan } from './plan.js';
import { byId, draftReport, type ReportDraft, type SweepSummary } from './report.js';
import { toolsFor, writeTools } from './tools-file.js';

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
  const [measured, before] = [measuredSeconds(folder), byId(store.failures.all())];
  const planned = await planSweep({ sweep, registry, resolve, measured, before, signal });
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
  const { corrupt, onCorrupt } = corruptNotes(log, notice);
  const explanations = new Map<string, Explanation>();
  const explain = explainCache ? explainer(store) : undefined;
  const check = (): void => refuseConflicts(folder);
  const before = byId(store.failures.all());
  let givenUp: ReadonlyMap<string, Quarantined> = new Map();
  let jobs = 0;
  const round = async (): Promise<ReportDraft> => {
    const bare = makeResolver(means.registry ?? flowStages(tools), store, { onCorrupt });
    const ended = await coordinate({
      ...{ points: sweep.points(), pointCount: sweep.pointCount, queue, signal, check, givenUp, before },
      resolve: watching(bare, explain, explanations),
      launcher: means.launcher ?? chooseLauncher({ folder, notice, ...workers }),
      progress: (finished, total) => progress?.('points', finished, total),
      onGivenUp: store.failures.add,
    });
    check();
    givenUp = ended.givenUp;
    jobs += ended.jobs;
    return await draftReport({ sweep, store, resolve: bare, tools, givenUp });
  };
  try {
    check();
    writeTools(folder, tools);
    log({ event: 'start', sweep: sweep.hash, points: sweep.pointCount });
    // Started again: what was given up gets another chance, unless it lacked time or memory and would have no more.
    await queue.forgive();
    store.failures.clear();
    const { summary, publish } = await untilAnswered(round, onCorrupt);
    publish();
    // Another run may have cleared them since: they are to be those of the report.
    for (const entry of givenUp.values()) store.failures.add(entry);
    log({ event: 'end', jobs, ...summary });
    return { ...summary, jobs, out, corrupt: [...corrupt], explanations: [...explanations.values()] };
  } finally {
    await queue.close();
  }
};

type OnCorrupt = (path: string, why: string) => void;

/** Notes files that are corrupt, each once. */
const corruptNotes = (
  log: Log,
  notice: SweepHooks['notice'],
): { readonly corrupt: ReadonlySet<string>; readonly onCorrupt: OnCorrupt } => {
  const corrupt = new Set<string>();
  const onCorrupt: OnCorrupt = (path, why) => {
    if (corrupt.has(path)) return;
    corrupt.add(path);
    log({ event: 'corrupt', path, why });
    notice?.(`${path} is corrupt: ${why}; it is made again`);
  };
  return { corrupt, onCorrupt };
};

/**
 * The report may be the first to read a file that is corrupt: then what made it makes it again, as long as that helps. What is
 * open in the end is told as unfinished.
 */
const untilAnswered = async (
  round: () => Promise<ReportDraft>,
  onCorrupt: OnCorrupt,
): Promise<ReportDraft> => {
  for (let open = Infinity; ;) {
    const draft = await round();
    const { unfinished } = draft.summary;
    for (const { path, why } of draft.lost) onCorrupt(path, why);
    if (unfinished === 0 || unfinished >= open) return draft;
    draft.discard();
    open = unfinished;
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
  try {
    const finished = await runWorker({
      folder: path,
      queue: means.queue ?? (await openQueue(path, queue, notice)),
      executor: executorProgram(path),
      signal: stop,
      idleMs: attached ? Infinity : idle * 1000,
      ...(grace === undefined ? {} : { graceMs: grace * 1000 }),
      progress: (label, stage, event) => progress?.(`${stage} ${label}`, event === 'begin' ? 0 : 1, 1),
    });
    if (signal.aborted)
      throw new SweepError('INTERRUPTED', `asked to stop after ${finished} jobs; nothing is lost`);
    return finished;
  } finally {
    // An open input would keep the process alive.
    if (attached) process.stdin.destroy();
  }
};

const endOfInput = (): AbortSignal => {
  const ended = new AbortController();
  for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, () => ended.abort());
  process.stdin.resume();
  return ended.signal;
};
