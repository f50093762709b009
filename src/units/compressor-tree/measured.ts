/** Measurements of `make bench BENCH=options`, none of which is stored yet. */
import type { AdderStructure } from './unit.js';

export interface AdderMeasurement {
  readonly terms: number;
  readonly width: number;
  /** LUTs of `termSum` alone. */
  readonly luts: Readonly<Record<'ice40' | 'ecp5', Readonly<Record<AdderStructure, number>>>>;
}

export const adderMeasurements: readonly AdderMeasurement[] = [];
