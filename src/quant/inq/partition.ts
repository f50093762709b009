/** Which weights are quantized and frozen at each step of INQ. A set only grows (paper, section 2.2; its code lets go of zeros). */
import { createRandom } from '../../num/index.js';

/** By magnitude ("pruning-inspired"), or at random (the paper's ablation). */
export const partitionRules = ['magnitude', 'random'] as const;
export type PartitionRule = (typeof partitionRules)[number];

/** Order in which a layer's weights are frozen when it does not depend on their values. */
export function randomOrder(count: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(0, last);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Greatest magnitude first, earlier index first among equals. */
export const magnitudeOrder = (weights: Float32Array): Uint32Array =>
  Uint32Array.from(weights, (_, i) => i).sort(
    (a, b) => Math.abs(weights[b] ?? 0) - Math.abs(weights[a] ?? 0) || a - b,
  );

/**
 * The frozen set (1: frozen) grown to round(portion * length) weights: those frozen before, then free ones in `order`.
 * A portion below what is frozen already changes nothing.
 */
export function growFrozen(frozen: Uint8Array, order: Uint32Array, portion: number): Uint8Array {
  const grown = Uint8Array.from(frozen);
  let missing = Math.round(portion * frozen.length) - frozen.reduce((sum, bit) => sum + bit, 0);
  for (const index of order) {
    if (missing <= 0) break;
    if (grown[index] === 1) continue;
    grown[index] = 1;
    missing--;
  }
  return grown;
}
