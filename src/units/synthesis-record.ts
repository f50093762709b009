/** Measured with Yosys of npm by `make bench BENCH=options`; a test holds it to bench/results/options.json. */
import type { RecordedChoice } from './synthesis.js';

export const synthesisRecord: readonly RecordedChoice[] = [];
