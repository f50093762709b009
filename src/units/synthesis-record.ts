/** Measurements of `make bench BENCH=options`, none of which is stored yet. */
import type { RecordedChoice } from './synthesis.js';

export const synthesisRecord: readonly RecordedChoice[] = [];
