export { QuantError, quantErrorCodes, type QuantErrorCode } from './errors.js';
export type { Method, MethodContext, MethodData, MethodResult } from './method.js';
export * from './model/index.js';
export * from './train/index.js';
export * from './calibrate/index.js';
export * from './pvq/index.js';
