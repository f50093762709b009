export type { ArrayType, NumericArray } from './array.js';
export { readIdx, readNpy, readNpz } from './formats.js';
export {
  datasetSamples,
  loadLabels,
  loadSamples,
  quantizeSamples,
  type QuantizedSamples,
  type QuantizeSamplesOptions,
} from './samples.js';
export { splitDataset, subset, verifyDataset, type Dataset } from './dataset.js';
export { loadDataset, type Datasets } from './load-dataset.js';
