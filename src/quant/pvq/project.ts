/** Projection onto the pyramid P(N, K): integers y with sum |y| = K whose direction is close to that of the weights. */
import { QuantError } from '../errors.js';

/** Greatest N. */
const longest = 2 ** 22;

/**
 * The greedy projection (papers.md 4.3, as in Opus): floors of the weights on the L1 sphere of K, then the missing pulses
 * one by one where the squared correlation (w . y)^2 / (y . y) becomes greatest, then the signs. All zeros when all weights
 * are 0. Weights count as float32.
 * @throws QuantError QT401 unless K is an integer >= 1 and there are at most 2^22 weights
 */
export const projectOntoPyramid = (weights: ArrayLike<number>, pulses: number): Int32Array => {
  requirePyramid(weights.length, pulses);
  const order = fallingOrder(weights);
  const sizes = new Float64Array(order.length);
  let norm = 0;
  for (let rank = 0; rank < order.length; rank++) {
    sizes[rank] = Math.abs(weights[order[rank] ?? 0] ?? 0);
    norm += sizes[rank] ?? 0;
  }
  const point = new Int32Array(order.length);
  if (norm === 0) return point;
  const parts = fallingParts(sizes, norm, pulses);
  for (let rank = 0; rank < order.length; rank++) {
    const element = order[rank] ?? 0;
    const part = parts[rank] ?? 0;
    point[element] = (weights[element] ?? 0) < 0 ? -part : part;
  }
  return point;
};

/** @throws QuantError QT401 */
export const requirePyramid = (length: number, pulses: number): void => {
  if (!Number.isSafeInteger(pulses) || pulses < 1)
    throw new QuantError(
      'QT401',
      `K = ${pulses} is no number of pulses; it must be an integer of at least 1.`,
    );
  if (length > longest)
    throw new QuantError(
      'QT401',
      `a vector of ${length} weights is too long (${longest}). Group per filter.`,
    );
};

/** Element numbers by falling magnitude, the first of equals first. */
const fallingOrder = (weights: ArrayLike<number>): Uint32Array => {
  // The bits of a float32 >= 0 order as the number does; 31 of them and 22 of the element's fit a double exactly.
  const magnitudes = new Float32Array(weights.length);
  for (let i = 0; i < magnitudes.length; i++) magnitudes[i] = Math.abs(weights[i] ?? 0);
  const bits = new Uint32Array(magnitudes.buffer);
  const keys = new Float64Array(bits.length);
  for (let i = 0; i < keys.length; i++) keys[i] = (bits[i] ?? 0) * longest + (longest - 1 - i);
  keys.sort();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++)
    order[order.length - 1 - i] = longest - 1 - ((keys[i] ?? 0) % longest);
  return order;
};

/**
 * The magnitudes of y for weights in falling order. They never rise: of elements with equal y the first gains most from a
 * pulse, and with it becomes the last of those above. So only the first of each run of equal y is tried, of which there are
 * about sqrt(2 K) at most.
 */
const fallingParts = (sizes: Float64Array, norm: number, pulses: number): Int32Array => {
  const parts = new Int32Array(sizes.length);
  let missing = pulses;
  let along = 0;
  let square = 0;
  for (let rank = 0; rank < sizes.length; rank++) {
    const size = sizes[rank] ?? 0;
    const part = Math.floor((size * pulses) / norm);
    parts[rank] = part;
    missing -= part;
    along += part * size;
    square += part * part;
  }
  const runs = runStarts(parts);
  for (; missing > 0; missing--) {
    let best = 0;
    let bestGain = -1;
    for (let run = 0; run < runs.length; run++) {
      const { value, start } = runs[run] ?? noRun;
      const gain = (along + (sizes[start] ?? 0)) ** 2 / (square + 2 * value + 1);
      if (gain > bestGain) {
        bestGain = gain;
        best = run;
      }
    }
    const { value, start } = runs[best] ?? noRun;
    parts[start] = value + 1;
    along += sizes[start] ?? 0;
    square += 2 * value + 1;
    promoteFirst(runs, best, parts);
  }
  return parts;
};

/** Elements of equal value, from `start` to the start of the next run. */
interface Run {
  readonly value: number;
  start: number;
}

const noRun: Run = { value: 0, start: 0 };

const runStarts = (parts: Int32Array): Run[] => {
  const runs: Run[] = [];
  parts.forEach((value, start) => {
    if (value !== parts[start - 1]) runs.push({ value, start });
  });
  return runs;
};

/** The first element of a run has got a pulse: it joins the run above, if that is one value higher, or starts one. */
const promoteFirst = (runs: Run[], chosen: number, parts: Int32Array): void => {
  const run = runs[chosen] ?? noRun;
  const above = runs[chosen - 1];
  const first = run.start;
  run.start++;
  const end = runs[chosen + 1]?.start ?? parts.length;
  const emptied = run.start === end;
  if (above?.value !== run.value + 1)
    runs.splice(chosen, emptied ? 1 : 0, { value: run.value + 1, start: first });
  else if (emptied) runs.splice(chosen, 1);
};
