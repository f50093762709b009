/** The sub-verbs of `nomul sweep`. */
export {
  plan,
  runLoaded,
  runSweep,
  work,
  type PlanOutcome,
  type SweepHooks,
  type SweepMeans,
  type SweepOutcome,
} from './run.js';
export { merge, type MergeOutcome } from './merge.js';
export { status, type StatusOutcome } from './status.js';
export {
  manifestOptionsSchema,
  mergeOptionsSchema,
  planOptionsSchema,
  runOptionsSchema,
  shardSchema,
  statusOptionsSchema,
  workerOptionsSchema,
  type ManifestVerbOptions,
  type MergeOptions,
  type PlanOptions,
  type RunOptions,
  type StatusOptions,
  type WorkerVerbOptions,
} from './options.js';
export { coordinate, StageStopped, type CoordinateOptions, type Coordinated } from './coordinate.js';
export type { Explanation } from './explain.js';
export type { StagePlan, SweepPlan } from './plan.js';
export { draftReport, reportName, type ReportDraft, type SweepSummary } from './report.js';
