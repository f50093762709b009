export * from './ir.js';
export { NnError, nnErrorCodes, type NnErrorCode } from './errors.js';
export {
  accumulatorBits,
  accumulatorRanges,
  bitsFor,
  elementCount,
  hasPadding,
  storageRange,
  tableIndex,
  tensorOf,
  tensorRanges,
  windowOutput,
  type ValueRange,
} from './ranges.js';
export { signedMagnitude, signMagnitudeProduct, type SignedMagnitude } from './sign-magnitude.js';
export { addValue, prepareRequantize, requantizeValue, type RowRequantizer } from './requantize.js';
export { verifyNetwork } from './verify.js';
export {
  prepareLayer,
  prepareReference,
  runLayer,
  runReference,
  traceReference,
  type LayerContext,
  type LayerKernel,
  type ReferenceRunner,
} from './reference/index.js';
export { countNetwork, type LayerCounts, type NetworkCounts } from './counts.js';
export { weightStorage, type WeightStorage } from './weight-storage.js';
export {
  METADATA_KEY,
  productHash,
  readMetadata,
  tableProduct,
  writeMetadata,
  type LayerMetadata,
  type NetworkMetadata,
} from './metadata.js';
export { readOnnx } from './onnx/read.js';
export { writeOnnx } from './onnx/write.js';
export {
  describe,
  numberAttribute,
  numbersAttribute,
  type Attribute,
  type GraphInput,
  type OnnxGraph,
  type OnnxNode,
} from './onnx/graph.js';
export { tensorFrom, type ElementType, type Tensor } from './onnx/tensor.js';
export { executeGraph, floatOperatorNames } from './float/execute.js';
export { clipLimits } from './float/elementwise.js';
export { padAmounts, padValue } from './float/shape-operators.js';
export { countsPadding, windowAttributes } from './float/window-operators.js';
export {
  importGraph,
  importOnnx,
  importedOperators,
  type ImportOptions,
  type ImportResult,
  type LayerReport,
} from './import/index.js';
export * from './data/index.js';
