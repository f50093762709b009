/** Accelerators: a network mapped onto hardware. */
export { AccelError, type AccelErrorCode } from './errors.js';
export { planArray, type ArrayConfig, type ArrayPlan } from './array/config.js';
export { geometryFor, type Geometry } from './array/geometry.js';
export type { ArrayOptions } from './array/options.js';
export {
  forcePeKind,
  peKinds,
  type ForceOptions,
  type ForcedNetwork,
  type LayerRounding,
  type PeKind,
} from './force/force-kind.js';
export { arrayTop } from './array/rtl/top.js';
export { predict, type LayerTime, type Prediction } from './array/prediction.js';
export { enginesOf } from './array/engines/choose.js';
export type { CodedWeights, Engine } from './array/engines/engine.js';
export { circuitOf } from './array/engines/magnitude.js';
export { fromStoredKind, toStoredKind, type StoredKind } from './array/engines/stored-kind.js';
export { layerTicks, type Job, type JobMode } from './array/jobs.js';
export { configStatus, makeImage, shapeHash } from './array/image.js';
