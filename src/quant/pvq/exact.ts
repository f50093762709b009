/** The point of P(N, K) that correlates best with the weights, by exhaustion. */
import { QuantError } from '../errors.js';
import { requirePyramid } from './project.js';

/** Greatest number of points that are tried. */
const searchLimit = 2_000_000;

/**
 * The point of greatest correlation w . y / |y|. Its magnitudes fall as those of the weights do (else swapping two would
 * correlate better), so only the partitions of K into at most N parts are tried, on the weights in falling order.
 * @throws QuantError QT401 K is no integer >= 1, QT402 more than 2,000,000 partitions
 */
export const projectExactly = (weights: ArrayLike<number>, pulses: number): Int32Array => {
  requirePyramid(weights.length, pulses);
  const falling = Array.from(weights, (weight, index) => ({ size: Math.abs(weight), index })).sort(
    (a, b) => b.size - a.size || a.index - b.index,
  );
  const point = new Int32Array(falling.length);
  if ((falling[0]?.size ?? 0) === 0) return point;
  requireSearchable(falling.length, pulses);
  const parts = bestParts(
    falling.map(({ size }) => size),
    pulses,
  );
  falling.forEach(({ index }, rank) => {
    const part = parts[rank] ?? 0;
    point[index] = (weights[index] ?? 0) < 0 ? -part : part;
  });
  return point;
};

const bestParts = (sizes: readonly number[], pulses: number): readonly number[] => {
  const parts: number[] = [];
  let best = { gain: -1, parts: [1] };
  /** All ways to put `left` pulses on the elements from `parts.length` on, none of more than `most`. */
  const place = (left: number, most: number, along: number, square: number): void => {
    if (left === 0) {
      const gain = along ** 2 / square;
      if (gain > best.gain) best = { gain, parts: [...parts] };
      return;
    }
    const rank = parts.length;
    const least = Math.ceil(left / (sizes.length - rank));
    for (let part = Math.min(left, most); part >= least; part--) {
      parts.push(part);
      place(left - part, part, along + part * (sizes[rank] ?? 0), square + part * part);
      parts.pop();
    }
  };
  place(pulses, pulses, 0, 0);
  return best.parts;
};

/** @throws QuantError QT402 */
const requireSearchable = (length: number, pulses: number): void => {
  const partitions = countPartitions(length, pulses);
  if (partitions > searchLimit)
    throw new QuantError(
      'QT402',
      `the exact projection onto P(${length}, ${pulses}) would try ${partitions} points, more than ${searchLimit}. Use the greedy projection.`,
    );
};

/** Partitions of K into at most N parts, as many as into parts of at most N. */
const countPartitions = (length: number, pulses: number): number => {
  const ways = [1, ...Array.from({ length: pulses }, () => 0)];
  for (let part = 1; part <= Math.min(length, pulses); part++)
    for (let sum = part; sum <= pulses; sum++) ways[sum] = (ways[sum] ?? 0) + (ways[sum - part] ?? 0);
  return ways[pulses] ?? 0;
};
