/** The stages of a sweep: interface, registry, and what is missing of a point. */
export type { Outcome, Outputs, Stage, StageRegistry, StageRequest, StageRun } from './stage.js';
export {
  jobKey,
  jobOf,
  makeResolver,
  type Resolution,
  type Resolver,
  type ResolverOptions,
} from './resolve.js';
export { flowStages } from './registry.js';
export { findSweepTools, type ToolTexts } from './tools.js';
