/** Many points: sweep files, result store, queues, launchers, the search over all methods. */
export { canonical, hashOf, sha256, type Json, type JsonObject } from './canonical.js';
export { SweepError, type StageFailure, type SweepErrorCode } from './errors.js';
export * from './queue/index.js';
export * from './spec/index.js';
export * from './stages/index.js';
export * from './store/index.js';
export * from './launch/index.js';
export * from './run/index.js';
export * from './worker/index.js';
export * from './search/index.js';
