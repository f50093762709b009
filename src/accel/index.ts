/** Accelerators: a network mapped onto hardware. */
export { AccelError, type AccelErrorCode } from './errors.js';
export { planArray, type ArrayConfig, type ArrayPlan } from './array/config.js';
export { geometryFor, type Geometry } from './array/geometry.js';
export type { ArrayOptions } from './array/options.js';
export { arrayTop } from './array/rtl/top.js';
