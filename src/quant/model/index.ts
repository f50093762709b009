export * from './ir.js';
export {
  consumersOf,
  convNamed,
  convNodes,
  inputsOf,
  nodeNamed,
  quantizationPoints,
  storedName,
} from './graph.js';
export {
  convKind,
  filterSize,
  isFullyConnected,
  isPointwise,
  nodeShapes,
  shapeOf,
  verifyModel,
} from './shapes.js';
export {
  affineOf,
  foldBatchNorm,
  withStatistics,
  withWeights,
  type Statistics,
  type WeightsByNode,
} from './transform.js';
export { modelBuilder, type ModelBuilder } from './build.js';
export { digitsNet, dsNet, resNet8, type NetworkOptions } from './networks.js';
export { onGrid, runFloat, traceFloat, type RunGrids } from './run.js';
export { floatModelOperators, readFloatModel } from './onnx/read.js';
export { dequantized, gridAt, verifyQuantized, weightGridOf } from './quantized.js';
export { writeFloat, writeModel } from './onnx/write.js';
