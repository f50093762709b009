/** The sweep file: its schema, reading it, its points. */
export {
  sweepFileSchema,
  sweepJsonSchema,
  type Condition,
  type Constraint,
  type SweepFile,
  type SweepSpec,
} from './schema.js';
export type { PointView } from './constraints.js';
export { dataRef, defineSweep, loadSweep, type LoadOptions } from './load.js';
export {
  asItCame,
  designLabel,
  pointId,
  pointLabel,
  type FileRef,
  type Point,
  type PointDevice,
  type PointEnergy,
  type PointMethod,
  type PointModel,
  type PointPe,
} from './points.js';
export { defaultPointsLimit, type Sweep } from './sweep.js';
export type { Where } from './where.js';
export { spreadSeeds } from './seeds.js';
