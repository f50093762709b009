/** Values to apply to the operands of a multiplier. */

import { createRandom } from '../../num/index.js';

/** How often each code of an operand occurs (any scale); a number: that many codes, all alike. */
export type CodeWeights = number | readonly number[];

/** `vectors` independent draws for each port, as codes (unsigned patterns). Throws RangeError for weights that are all 0. */
export function randomOperands(
  ports: Readonly<Record<string, CodeWeights>>,
  vectors: number,
  seed = 1,
): Readonly<Record<string, Uint32Array>> {
  const random = createRandom(seed);
  const columns = Object.entries(ports).map(([name, weights]): [string, Uint32Array] => {
    const draw =
      typeof weights === 'number'
        ? () => random.integer(0, weights - 1)
        : drawOf(name, weights, () => random.unit());
    return [name, Uint32Array.from({ length: vectors }, draw)];
  });
  return Object.fromEntries(columns);
}

/** Draws an index with the probability of its weight. */
function drawOf(name: string, weights: readonly number[], unit: () => number): () => number {
  const ends: number[] = [];
  let total = 0;
  for (const weight of weights) ends.push((total += weight));
  if (!(total > 0)) throw new RangeError(`the weights of ${name} are all 0`);
  return () => {
    const at = unit() * total;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
