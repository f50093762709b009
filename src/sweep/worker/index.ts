/** Workers, the same under every launcher: one process that keeps the claim, one that runs the stages. */
export { runWorker, type WorkerOptions } from './worker.js';
export { runExecutor } from './executor.js';
export type { ExecutorProgram } from './child.js';
export { executorProgram, workerProgram, type Program } from './programs.js';
