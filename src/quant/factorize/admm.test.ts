import { describe, expect, it } from 'vitest';
import { quantizeByAdmm, quantizeFactors } from './admm.js';
import { cpAls, randomFactors } from './cp.js';
import { correctErrorPreserving } from './epc.js';
import { syntheticTensor } from './synthetic.js';
import { relativeError, unfold } from './tensor.js';

/** papers.md 3.4: low rank plus noise, rank by the rule at rate 2. */
const cases = [
  { shape: [32, 32, 9], rank: 63, trueRank: 20 },
  { shape: [64, 32, 9], rank: 87, trueRank: 30 },
] as const;
const few = { outerIterations: 5, innerIterations: 10 };

describe.each(cases)('factors of a $shape tensor, rank $rank', ({ shape, rank, trueRank }) => {
  const tensor = unfold(syntheticTensor(shape, trueRank, 0.3, 1));
  const cp = cpAls(tensor, rank, { iterations: 50, seed: 1 });
  const corrected = correctErrorPreserving(tensor, cp, {
    iterations: 25,
    bound: 1.02 * relativeError(tensor, cp),
  });

  it.each([8, 6, 4, 3])(
    'ADMM loses less than quantizing finished factors, corrected or not, at %i bits',
    (bits) => {
      const widths = [bits, bits, bits];
      const admm = quantizeByAdmm(tensor, corrected, { bits: widths, ...few });
      const plain = quantizeFactors(tensor, cp, widths);
      expect(admm.error).toBeLessThanOrEqual(quantizeFactors(tensor, corrected, widths).error);
      expect(admm.error * (bits <= 4 ? 1.2 : 1)).toBeLessThanOrEqual(plain.error);
    },
  );

  it('the error said is that of the codes, which fit their two’s complement', () => {
    const { factors, error } = quantizeByAdmm(tensor, corrected, { bits: [2, 3, 5], ...few });
    for (const { bits, codes, scale, matrix } of factors) {
      expect(Math.min(...codes)).toBeGreaterThanOrEqual(-(2 ** (bits - 1)));
      expect(Math.max(...codes)).toBeLessThan(2 ** (bits - 1));
      expect(matrix.values).toEqual(Float64Array.from(codes, (code) => code * scale));
    }
    expect(
      relativeError(
        tensor,
        factors.map(({ matrix }) => matrix),
      ),
    ).toBe(error);
  });
});

describe('quantizeByAdmm', () => {
  const matrix = unfold(syntheticTensor([24, 16], 6, 0.1, 3));

  it('fits matrices with two factors', () => {
    const cp = cpAls(matrix, 8, { iterations: 50, seed: 1 });
    const options = { bits: [4, 4], outerIterations: 20, innerIterations: 30 };
    expect(quantizeByAdmm(matrix, cp, options).error).toBeLessThan(quantizeFactors(matrix, cp, [4, 4]).error);
  });

  it('keeps the best of all iterations: more of them are never worse', () => {
    const start = randomFactors(matrix, 8, 1);
    const errors = [1, 2, 4, 8, 16].map(
      (outerIterations) =>
        quantizeByAdmm(matrix, start, { bits: [3, 3], outerIterations, innerIterations: 10 }).error,
    );
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });

  it('says why it stopped', () => {
    const start = randomFactors(matrix, 8, 1);
    const options = { bits: [4, 4], innerIterations: 20 };
    expect(quantizeByAdmm(matrix, start, { ...options, outerIterations: 1 })).toMatchObject({
      stop: 'limit',
      iterations: 1,
    });
    expect(quantizeByAdmm(matrix, start, { ...options, outerIterations: 500 }).stop).not.toBe('limit');
  });

  it('comes within a percent of a matrix that its grids can hold', () => {
    const onGrid = unfold({ shape: [2, 2], values: Float64Array.of(3, 0, 0, 3) });
    const start = cpAls(onGrid, 2, { iterations: 20, seed: 2 });
    const { error } = quantizeByAdmm(onGrid, start, {
      bits: [8, 8],
      outerIterations: 50,
      innerIterations: 50,
    });
    expect(error).toBeLessThan(0.01);
  });

  it('gives zeros for a tensor of zeros', () => {
    const nothing = unfold({ shape: [3, 4], values: new Float64Array(12) });
    const start = cpAls(nothing, 2, { iterations: 5, seed: 1 });
    const { error, factors } = quantizeByAdmm(nothing, start, { bits: [4, 4], ...few });
    expect(error).toBe(0);
    expect(factors.every(({ scale }) => scale > 0)).toBe(true);
  });
});
