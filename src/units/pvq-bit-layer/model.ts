import type { BitLayerWeights } from './code.js';

/** The results of `pvqBitLayer` for samples from power-up on, before which all samples count as 0. */
export const pvqBitLayerModel = (
  { weights, samplesPerResult = 1 }: BitLayerWeights,
  samples: readonly bigint[],
): readonly bigint[] =>
  Array.from({ length: Math.floor(samples.length / samplesPerResult) }, (_, result) => {
    const oldest = (result + 1) * samplesPerResult - weights.length;
    return weights.reduce((sum, weight, tap) => sum + BigInt(weight) * (samples[oldest + tap] ?? 0n), 0n);
  });
