export { projectOntoPyramid } from './project.js';
export { projectExactly } from './exact.js';
export {
  pulsesFor,
  pvqGrid,
  pvqProjection,
  type Grouping,
  type LayerShape,
  type PvqOptions,
  type ScaleRule,
} from './quantize.js';
export {
  entropyPerValue,
  restoreVector,
  runBits,
  storeVector,
  vectorStorage,
  type StoredVector,
  type VectorStorage,
} from './storage.js';
export { pvqFigures, type LayerFigures, type PvqFigures } from './report.js';
export { pvqConfigSchema, type PvqConfig } from './config.js';
export { pvq } from './method.js';
