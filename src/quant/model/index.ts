export * from './ir.js';
export { consumersOf, convNamed, convNodes, inputsOf, quantizationPoints } from './graph.js';
export {
  convKind,
  filterSize,
  isFullyConnected,
  isPointwise,
  nodeShapes,
  shapeOf,
  verifyModel,
} from './shapes.js';
export { affineOf, foldBatchNorm, withWeights, type WeightsByNode } from './transform.js';
export { modelBuilder, type ModelBuilder } from './build.js';
export { digitsNet, dsNet, resNet8, type NetworkOptions } from './networks.js';
export { onGrid, runFloat, traceFloat, type RunGrids } from './run.js';
export { readFloatModel } from './onnx/read.js';
export { gridAt, verifyQuantized, weightGridOf, weightsOfGrid } from './quantized.js';
export { writeFloat, writeModel } from './onnx/write.js';
