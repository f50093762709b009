/** Measured with Yosys of npm by `make bench BENCH=options`; a test holds it to bench/results/options.json. */
import type { AdderStructure } from './unit.js';

export interface AdderMeasurement {
  readonly terms: number;
  readonly width: number;
  /** LUTs of `termSum` alone. */
  readonly luts: Readonly<Record<'ice40' | 'ecp5', Readonly<Record<AdderStructure, number>>>>;
}

export const adderMeasurements: readonly AdderMeasurement[] = [];
