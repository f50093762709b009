export * from './ir.js';
export { NnError, nnErrorCodes, type NnErrorCode } from './errors.js';
export {
  accumulatorBits,
  accumulatorRanges,
  bitsFor,
  elementCount,
  storageRange,
  tensorOf,
  tensorRanges,
  windowOutput,
  type ValueRange,
} from './ranges.js';
export { addValue, requantizeValue } from './requantize.js';
export { verifyNetwork } from './verify.js';
export {
  prepareReference,
  runLayer,
  runReference,
  traceReference,
  type ReferenceRunner,
} from './reference/index.js';
