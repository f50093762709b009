/** Written by `make bench BENCH=approx-search`; see tasks.ts. */
import type { StoredPath } from '../catalogue.js';

export const multipliers3x3: readonly StoredPath[] = [];
