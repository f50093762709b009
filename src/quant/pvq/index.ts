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
