/** Tensors to try the factorizations on, where no trained network is at hand. */
import { createRandom, type Random } from '../../num/index.js';
import { zeros, dot } from './linear.js';
import { compose, type DenseTensor } from './tensor.js';

/**
 * A tensor of the given rank with normally distributed factors, plus white noise of `noise` times its root mean square. One
 * seed gives one tensor.
 */
export function syntheticTensor(
  shape: readonly number[],
  rank: number,
  noise: number,
  seed: number,
): DenseTensor {
  const random = createRandom(seed);
  const factors = shape.map((rows) => ({
    ...zeros(rows, rank),
    values: Float64Array.from({ length: rows * rank }, () => nearlyNormal(random)),
  }));
  const exact = compose(factors);
  const deviation = noise * Math.sqrt(dot(exact, exact) / exact.length);
  return { shape, values: exact.map((value) => value + deviation * nearlyNormal(random)) };
}

/** Sum of twelve uniform numbers (Irwin-Hall), variance 1: no transcendental function, so the same bits everywhere. */
function nearlyNormal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.unit();
  return sum;
}
