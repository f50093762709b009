import type { PvqPulseParams } from './unit.js';

/** The results of `pvqPulse`, in their order. */
export const pvqPulseModel = (
  { rows }: Pick<PvqPulseParams, 'rows'>,
  samples: readonly bigint[],
): readonly bigint[] =>
  rows.map((row) => row.reduce((sum, weight, i) => sum + BigInt(weight) * (samples[i] ?? 0n), 0n));
