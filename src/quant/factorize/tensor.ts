/**
 * Dense tensors and their sums of rank-1 terms, for any number of modes; a matrix is a tensor of two modes. Notation of
 * Kolda and Bader, Tensor decompositions and applications, SIAM Review 51 (2009).
 */
import { dot, gram, hadamard, khatriRao, product, transpose, zeros, type Matrix } from './linear.js';

/** Row-major: the last mode runs fastest. */
export interface DenseTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** One matrix per mode, [mode's size] x [rank]: T ~ sum over r of the outer product of the r-th columns. */
export type Factors = readonly Matrix[];

/** A tensor made ready for repeated products: its unfoldings T_(mode), each [mode's size] x [all others, last fastest]. */
export interface Unfolded {
  readonly shape: readonly number[];
  readonly unfoldings: readonly Matrix[];
  /** Squared Frobenius norm. */
  readonly squaredNorm: number;
}

export function unfold(tensor: DenseTensor): Unfolded {
  return {
    shape: tensor.shape,
    unfoldings: tensor.shape.map((_, mode) => unfolding(tensor, mode)),
    squaredNorm: dot(tensor.values, tensor.values),
  };
}

function unfolding({ shape, values }: DenseTensor, mode: number): Matrix {
  const rows = shape[mode] ?? 1;
  const inner = shape.slice(mode + 1).reduce((a, b) => a * b, 1);
  const outer = values.length / rows / inner;
  const out = zeros(rows, outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let row = 0; row < rows; row++) {
      const from = (o * rows + row) * inner;
      out.values.set(values.subarray(from, from + inner), row * outer * inner + o * inner);
    }
  }
  return out;
}

/** Khatri-Rao product of all factors but the mode's own, in the order of the unfolding's columns. */
function others(factors: Factors, mode: number): Matrix {
  return factors.filter((_, other) => other !== mode).reduce(khatriRao);
}

/** T_(mode) times the Khatri-Rao product of the other factors: [mode's size] x [rank]. */
export function mttkrp(tensor: Unfolded, factors: Factors, mode: number): Matrix {
  const own = tensor.unfoldings[mode];
  if (own === undefined) throw new RangeError(`no mode ${mode}`);
  return product(own, others(factors, mode));
}

/** Gram matrix of that Khatri-Rao product: the entrywise product of the other factors' Gram matrices. */
export function gramOfOthers(factors: Factors, mode: number): Matrix {
  return factors
    .filter((_, other) => other !== mode)
    .map(gram)
    .reduce(hadamard);
}

/** The tensor that the factors stand for, as its first unfolding, which is also its row-major order. */
export function compose(factors: Factors): Float64Array {
  const [first] = factors;
  if (first === undefined) throw new RangeError('a tensor has at least one factor');
  return product(first, transpose(others(factors, 0))).values;
}

/** ||T - T^|| / ||T||, Frobenius norms, from the difference itself; 0 for a tensor of zeros that is met exactly. */
export function relativeError(tensor: Unfolded, factors: Factors): number {
  const target = tensor.unfoldings[0]?.values ?? new Float64Array();
  const residual = compose(factors).map((value, i) => value - (target[i] ?? 0));
  const error = dot(residual, residual);
  return error === 0 ? 0 : Math.sqrt(error / tensor.squaredNorm);
}

/** Squared norm of every rank-1 term: the product of its columns' squared norms. */
export function termNorms(factors: Factors): Float64Array {
  const norms = factors.map(columnNorms);
  const rank = factors[0]?.columns ?? 0;
  return Float64Array.from({ length: rank }, (_, r) =>
    norms.reduce((square, n) => square * (n[r] ?? 0) ** 2, 1),
  );
}

/** Euclidean norm of every column. */
export function columnNorms({ rows, columns, values }: Matrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < columns; r++) sums[r] = (sums[r] ?? 0) + (values[i * columns + r] ?? 0) ** 2;
  }
  return sums.map(Math.sqrt);
}

/** Column r times weights[r]. */
export function scaleColumns(matrix: Matrix, weights: Float64Array): Matrix {
  const { columns } = matrix;
  return { ...matrix, values: matrix.values.map((value, i) => value * (weights[i % columns] ?? 0)) };
}

/** The same terms with equal column norms in all factors: one scale per factor then wastes the least of its grid. */
export function balance(factors: Factors): Factors {
  const target = termNorms(factors).map((square) => square ** (0.5 / factors.length));
  return factors.map((factor) => {
    const norms = columnNorms(factor);
    return scaleColumns(
      factor,
      target.map((norm, r) => (norm > 0 ? norm / (norms[r] ?? 1) : 0)),
    );
  });
}
