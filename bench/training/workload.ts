import type { Dataset } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';

export const BATCH = 64;
/** Steps before the clock starts, and measured steps. */
export const WARM = 10;
export const STEPS = 60;

/** Noise in the shape of Fashion-MNIST; as many pictures as an epoch of all steps reads. */
export function workload(): Dataset {
  const random = createRandom(3);
  const count = BATCH * (WARM + STEPS);
  return {
    name: 'noise',
    shape: [28, 28, 1],
    classes: 10,
    count,
    pictures: Uint8Array.from({ length: count * 784 }, () => random.integer(0, 255)),
    scale: 1 / 255,
    labels: Uint8Array.from({ length: count }, () => random.integer(0, 9)),
  };
}
