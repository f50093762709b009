/** Everything that the module exports; ../create.ts is the other side. */
export { heapBase } from './scratch';
export { windowPlace } from './window';
export { matmul, matmulTransposedA, intMatmul, transpose } from './matmul';
export { im2col, col2im } from './columns';
export { depthwise, depthwiseInputGradient, depthwiseWeightGradient } from './depthwise';
export { addBias, sumRows, statistics } from './sums';
export { normalize, normalizeRelu, normalizeBackward, normalizeReluBackward } from './normalization';
export { relu, reluBackward, fakeQuantize, fakeQuantizeBackward, addInto } from './elementwise';
export { maxPool, maxPoolBackward, avgPool, avgPoolBackward } from './pool';
export { crossEntropy, countCorrect } from './loss';
export { tableMatmul8, tableMatmul4 } from './tables';
