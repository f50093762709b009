/** The nearest weights of a family: integers and one scale for a group of weights, weight ≈ scale * value. */

export interface Approximation {
  readonly values: readonly number[];
  readonly scale: number;
}

/** Greatest exponent of the power-of-two PEs. */
const mostShift = 7;

export const isTernary = (weight: number): boolean => weight >= -1 && weight <= 1;

export const isPowerOfTwo = (weight: number): boolean => {
  const exponent = Math.log2(Math.abs(weight));
  return weight === 0 || (Number.isInteger(exponent) && exponent <= mostShift);
};

/**
 * The -1, 0, 1 and scale of least squared error: the m largest magnitudes become ±1, their mean the scale, m so that what
 * they explain, (sum of m)² / m, is greatest.
 */
export const nearestTernary = (weights: readonly number[]): Approximation => {
  const sizes = weights.map(Math.abs).sort((a, b) => b - a);
  let best = { explained: 0, scale: 1, least: Infinity };
  let sum = 0;
  sizes.forEach((size, index) => {
    sum += size;
    const explained = (sum * sum) / (index + 1);
    if (size > 0 && explained > best.explained) best = { explained, scale: sum / (index + 1), least: size };
  });
  return {
    values: weights.map((weight) => (Math.abs(weight) >= best.least ? Math.sign(weight) : 0)),
    scale: best.scale,
  };
};

/** 0 or ±2^k each, the nearer one, of two equally near ones the larger; a scale of 2^e where weights exceed 2^7. */
export const nearestPowersOfTwo = (weights: readonly number[]): Approximation => {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const excess = Math.max(0, exponentNear(greatest) - mostShift);
  const scale = 2 ** excess;
  const nearest = (weight: number): number => {
    const size = Math.abs(weight) / scale;
    return size < 0.5 ? 0 : Math.sign(weight) * 2 ** Math.max(0, exponentNear(size));
  };
  return { values: weights.map(nearest), scale };
};

/** Between 2^k and 2^(k + 1) the middle is 1.5 * 2^k. */
const exponentNear = (size: number): number => {
  if (size === 0) return 0;
  const below = Math.floor(Math.log2(size));
  return size >= 1.5 * 2 ** below ? below + 1 : below;
};

/**
 * The point of the pyramid of `pulses` (magnitudes that sum to it) nearest to the weights' direction, and the scale of least
 * squared error. Weights that are all 0 stay so.
 */
export const nearestPyramidPoint = (weights: readonly number[], pulses: number): Approximation => {
  const norm = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  if (norm === 0) return { values: weights, scale: 1 };
  const exact = weights.map((weight) => (Math.abs(weight) * pulses) / norm);
  const sizes = exact.map(Math.floor);
  const left = pulses - sizes.reduce((sum, size) => sum + size, 0);
  const byRest = exact.map((size, index) => ({ index, rest: size - Math.floor(size) }));
  byRest.sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRest.slice(0, left)) sizes[index] = (sizes[index] ?? 0) + 1;
  const values = weights.map((weight, index) => Math.sign(weight) * (sizes[index] ?? 0));
  const along = values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
  const length = values.reduce((sum, value) => sum + value * value, 0);
  return { values, scale: along > 0 ? along / length : 1 };
};
