/** The command line, for embedding and tests; the program itself is `main.ts`. */
export { exitCodes, exitCodeText } from './exit-codes.js';
export type { Envelope } from './envelope.js';
export { runCli, type Surroundings } from './run.js';
