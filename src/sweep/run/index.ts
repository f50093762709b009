/** The sub-verbs of `nomul sweep`. */
export {
  merge,
  plan,
  runLoaded,
  runSweep,
  status,
  work,
  type MergeOutcome,
  type PlanOutcome,
  type StatusOutcome,
  type SweepHooks,
  type SweepMeans,
  type SweepOutcome,
} from './run.js';
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
export { reportName, writeReport, type SweepSummary } from './report.js';
