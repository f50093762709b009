/** Ternary weights: scale * {-1, 0, 1}. */
import type { WeightGrid } from '../model/index.js';

/**
 * `absmean` (BitNet b1.58): scale g = mean |w|, code 0 below g / 2, which is round(w / g) clipped to -1 .. 1.
 * `twn` (Li and Liu, 2016): code 0 up to 0.7 mean |w|, scale = mean |w| of the others.
 */
export const ternaryScaleRules = ['absmean', 'twn'] as const;
export type TernaryScaleRule = (typeof ternaryScaleRules)[number];

/** Weights outermost by output channel; `groups`: 1 for one scale per layer, or the number of output channels. */
export function ternaryGrid(weights: Float32Array, groups: number, rule: TernaryScaleRule): WeightGrid {
  const size = weights.length / groups;
  const codes = new Int16Array(weights.length);
  const scales = new Float32Array(groups);
  for (let group = 0; group < groups; group++) {
    const part = weights.subarray(group * size, (group + 1) * size);
    codes.set(ternaryCodes(part, rule), group * size);
    scales[group] = ternaryScale(part, rule);
  }
  return { codes, scales, bits: 2, format: 'ternary' };
}

export function ternaryCodes(weights: Float32Array, rule: TernaryScaleRule): Int16Array {
  const mean = meanMagnitude(weights);
  const nonZero =
    rule === 'absmean' ? (size: number) => size >= mean / 2 : (size: number) => size > 0.7 * mean;
  return Int16Array.from(weights, (weight) => (nonZero(Math.abs(weight)) ? Math.sign(weight) : 0));
}

/** As float32; 1 where every weight is 0. */
export function ternaryScale(weights: Float32Array, rule: TernaryScaleRule): number {
  const mean = meanMagnitude(weights);
  const kept = rule === 'absmean' ? weights : weights.filter((weight) => Math.abs(weight) > 0.7 * mean);
  return Math.fround(meanMagnitude(kept)) || 1;
}

function meanMagnitude(weights: Float32Array): number {
  let sum = 0;
  for (const weight of weights) sum += Math.abs(weight);
  return weights.length === 0 ? 0 : sum / weights.length;
}
