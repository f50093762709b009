import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpAls } from './cp.js';
import { correctErrorPreserving } from './epc.js';
import { cholesky, gram, inverseOf, khatriRao, product, solve, transpose, type Matrix } from './linear.js';
import { syntheticTensor } from './synthetic.js';
import {
  balance,
  compose,
  gramOfOthers,
  mttkrp,
  relativeError,
  termNorms,
  unfold,
  type Factors,
} from './tensor.js';

const numbers = (count: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: count, maxLength: count });
const matrix = (rows: number, columns: number) =>
  numbers(rows * columns).map((values): Matrix => ({ rows, columns, values: Float64Array.from(values) }));
const size = fc.integer({ min: 1, max: 7 });
const factorsArbitrary = fc
  .tuple(fc.array(size, { minLength: 2, maxLength: 4 }), size)
  .chain(([shape, rank]) => fc.tuple(...shape.map((rows) => matrix(rows, rank))));
const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const close = (a: Float64Array, b: Float64Array, tolerance = 1e-9): void => {
  expect(a).toHaveLength(b.length);
  for (const [i, value] of a.entries()) expect(Math.abs(value - (b[i] ?? NaN))).toBeLessThan(tolerance);
};
const at = (m: Matrix | undefined, row: number, column: number): number =>
  m?.values[row * m.columns + column] ?? NaN;

describe('the linear algebra', () => {
  it('multiplies as the definition says', () => {
    fc.assert(
      fc.property(
        fc.tuple(size, size, size).chain(([m, k, n]) => fc.tuple(matrix(m, k), matrix(k, n))),
        ([a, b]) => {
          const expected = Float64Array.from({ length: a.rows * b.columns }, (_, i) => {
            const [row, column] = [Math.floor(i / b.columns), i % b.columns];
            return Array.from({ length: b.rows }, (_, k) => at(a, row, k) * at(b, k, column)).reduce(
              (x, y) => x + y,
            );
          });
          close(product(a, b).values, expected);
          close(gram(a).values, product(transpose(a), a).values);
        },
      ),
    );
  });

  it('factors, solves and inverts shifted Gram matrices', () => {
    fc.assert(
      fc.property(
        fc.tuple(size, size).chain(([m, n]) => fc.tuple(matrix(m, n), matrix(3, n))),
        ([a, right]) => {
          const g = gram(a);
          const lower = cholesky(g, 1);
          if (lower === undefined) throw new Error('a Gram matrix plus 1 is positive definite');
          const shifted = product(lower, transpose(lower));
          close(
            shifted.values,
            g.values.map((value, i) => value + (i % (g.rows + 1) === 0 ? 1 : 0)),
          );
          close(product(solve(g, 1, right), shifted).values, right.values, 1e-8);
          close(
            product(inverseOf(g, 1), right.rows === 3 ? transpose(right) : right).values,
            transpose(solve(g, 1, right)).values,
            1e-8,
          );
        },
      ),
    );
  });

  it('refuses what is not positive definite, and shifts it until it is', () => {
    const singular = gram({ rows: 1, columns: 2, values: Float64Array.of(1, 1) });
    expect(cholesky(singular, 0)).toBeUndefined();
    expect(
      solve(singular, 0, { rows: 1, columns: 2, values: Float64Array.of(1, 1) }).values.every(
        Number.isFinite,
      ),
    ).toBe(true);
  });

  it('has MTTKRP and Gram matrix of the Khatri-Rao product of the other factors', () => {
    fc.assert(
      fc.property(factorsArbitrary, (factors) => {
        const shape = factors.map(({ rows }) => rows);
        const tensor = unfold({ shape, values: compose(factors) });
        for (const mode of shape.keys()) {
          const others = factors.filter((_, other) => other !== mode).reduce(khatriRao);
          const grams = gramOfOthers(factors, mode);
          close(grams.values, gram(others).values);
          // T_(mode) Z = A Z'Z for a tensor that is the factors' own.
          const own = factors[mode];
          if (own !== undefined)
            close(mttkrp(tensor, factors, mode).values, product(own, grams).values, 1e-6);
        }
      }),
    );
  });

  it('composes by the definition: sums over r of products of entries, the last mode fastest', () => {
    fc.assert(
      fc.property(fc.tuple(size, size, size, size), ([i, j, k, rank]) => {
        const factors: Factors = [i, j, k].map((rows, m) => ({
          rows,
          columns: rank,
          values: Float64Array.from({ length: rows * rank }, (_, x) => Math.sin(x + m)),
        }));
        const expected = Float64Array.from({ length: i * j * k }, (_, x) => {
          const entry = [Math.floor(x / (j * k)), Math.floor(x / k) % j, x % k];
          return Array.from({ length: rank }, (_, r) =>
            factors.reduce((term, factor, mode) => term * at(factor, entry[mode] ?? NaN, r), 1),
          ).reduce((a, b) => a + b);
        });
        close(compose(factors), expected);
      }),
    );
  });

  it('balances columns without changing the tensor', () => {
    fc.assert(
      fc.property(factorsArbitrary, (factors) => {
        const balanced = balance(factors);
        close(compose(balanced), compose(factors), 1e-8);
        close(termNorms(balanced), termNorms(factors), 1e-6 * (1 + Math.max(...termNorms(factors))));
      }),
    );
  });
});

describe('cpAls', () => {
  it('recovers a tensor of low rank', () => {
    const tensor = unfold(syntheticTensor([12, 10, 9], 4, 0, 5));
    expect(relativeError(tensor, cpAls(tensor, 4, { iterations: 500, seed: 1, tolerance: 0 }))).toBeLessThan(
      1e-6,
    );
    const flat = unfold(syntheticTensor([12, 10], 4, 0, 5));
    expect(relativeError(flat, cpAls(flat, 4, { iterations: 50, seed: 1, tolerance: 0 }))).toBeLessThan(1e-6);
  });

  it('is never worse after more iterations, and the same for one seed', () => {
    const tensor = unfold(syntheticTensor([8, 7, 6], 5, 0.2, 2));
    const errors = [1, 2, 5, 10, 50].map((iterations) =>
      relativeError(tensor, cpAls(tensor, 3, { iterations, seed: 7, tolerance: 0 })),
    );
    for (const [i, error] of errors.slice(1).entries())
      expect(error).toBeLessThanOrEqual((errors[i] ?? 0) + 1e-9);
    expect(cpAls(tensor, 3, { iterations: 5, seed: 7 })).toEqual(
      cpAls(tensor, 3, { iterations: 5, seed: 7 }),
    );
  });

  it('finds the same error for a tensor scaled and with its modes exchanged', () => {
    const { shape, values } = syntheticTensor([5, 6], 5, 0, 2);
    const error = (tensor: typeof values, sizes: readonly number[]): number => {
      const unfolded = unfold({ shape: sizes, values: tensor });
      return relativeError(unfolded, cpAls(unfolded, 2, { iterations: 500, seed: 3, tolerance: 0 }));
    };
    const turned = transpose({ rows: 5, columns: 6, values }).values;
    expect(error(turned, [6, 5])).toBeCloseTo(error(values, shape), 6);
    expect(
      error(
        values.map((value) => 1000 * value),
        shape,
      ),
    ).toBeCloseTo(error(values, shape), 9);
  });
});

describe('correctErrorPreserving', () => {
  const tensor = unfold(syntheticTensor([16, 12, 9], 8, 0.2, 4));
  const start = cpAls(tensor, 16, { iterations: 100, seed: 1 });
  const error = relativeError(tensor, start);

  it('makes the terms smaller and keeps the error', () => {
    const corrected = correctErrorPreserving(tensor, start, { iterations: 50 });
    expect(sum(termNorms(corrected))).toBeLessThan(0.9 * sum(termNorms(start)));
    expect(relativeError(tensor, corrected)).toBeLessThanOrEqual(error * (1 + 1e-6));
  });

  it('makes them smaller still where the bound is greater, and keeps that', () => {
    const [near, far] = [1.01, 1.3].map((slack) =>
      correctErrorPreserving(tensor, start, { iterations: 50, bound: slack * error }),
    );
    if (near === undefined || far === undefined) throw new Error('two bounds, two results');
    expect(sum(termNorms(far))).toBeLessThan(sum(termNorms(near)));
    expect(relativeError(tensor, far)).toBeLessThanOrEqual(1.3 * error * (1 + 1e-6));
  });
});
