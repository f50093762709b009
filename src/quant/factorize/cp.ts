/** Canonical polyadic decomposition by alternating least squares (Kolda and Bader, section 3.4). */
import { createRandom } from '../../num/index.js';
import { dot, gram, hadamard, solve, zeros, type Matrix } from './linear.js';
import { balance, gramOfOthers, mttkrp, type Factors, type Unfolded } from './tensor.js';

export interface CpOptions {
  readonly iterations: number;
  readonly seed: number;
  /** Stop when the relative error changes by less. Default 1e-6. */
  readonly tolerance?: number;
}

/** Factors of uniform numbers in [-1, 1), scaled so that their sum has about the tensor's norm. */
export function randomFactors(tensor: Unfolded, rank: number, seed: number): Factors {
  const random = createRandom(seed);
  // A term of m columns of variance 1/3 has the expected squared norm (product of sizes) / 3^m.
  const elements = tensor.shape.reduce((a, b) => a * b, 1);
  const expected = (rank * elements) / 3 ** tensor.shape.length;
  const scale = (tensor.squaredNorm / expected) ** (0.5 / tensor.shape.length);
  return tensor.shape.map((rows) => {
    const factor = zeros(rows, rank);
    return { ...factor, values: factor.values.map(() => scale * random.between(-1, 1)) };
  });
}

/** Each factor in turn is the least squares solution for the others fixed: F (G)^-1. Balanced factors. */
export function cpAls(tensor: Unfolded, rank: number, options: CpOptions): Factors {
  const factors = [...randomFactors(tensor, rank, options.seed)];
  let error = 1;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    let now = error;
    for (let mode = 0; mode < factors.length; mode++) {
      const inner = mttkrp(tensor, factors, mode);
      const grams = gramOfOthers(factors, mode);
      const factor = solve(grams, 0, inner);
      factors[mode] = factor;
      now = fastError(tensor, factor, inner, grams);
    }
    // Equal norms keep the next Gram matrices well conditioned.
    factors.splice(0, factors.length, ...balance(factors));
    if (Math.abs(error - now) < (options.tolerance ?? 1e-6)) break;
    error = now;
  }
  return factors;
}

/**
 * Relative error from the last update's own products: ||T||^2 - 2 <F, H> + <H'H, G>. Free, but by cancellation good to
 * about 1e-8 only.
 */
export function fastError(tensor: Unfolded, factor: Matrix, inner: Matrix, grams: Matrix): number {
  const model = hadamard(gram(factor), grams).values.reduce((a, b) => a + b, 0);
  const square = tensor.squaredNorm - 2 * dot(inner.values, factor.values) + model;
  return tensor.squaredNorm > 0 ? Math.sqrt(Math.max(0, square) / tensor.squaredNorm) : 0;
}
