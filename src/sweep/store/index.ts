/** The truth of a sweep: results and blobs by hash; beside it a log of times and places. */
export { BlobLost, type Blobs } from './blobs.js';
export { createFile, makeFolder, replaceFile, writing } from './files.js';
export { measuredSeconds, openLog, type Log, type LogEntry } from './log.js';
export { mergeFolder, type Merged } from './merge.js';
export {
  openResults,
  parseResult,
  resultText,
  type Lookup,
  type Results,
  type StoredResult,
} from './results.js';
export { blobHash, blobName, lookUp, openStore, type Store } from './store.js';
