/** Constant matrices: the graph is the matrix, the hardware is the graph. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { simulate } from '../../sim/index.js';
import { computes, graphDepth, linearForms } from './adder-graph.js';
import { canonicalDigits, digitCount, randomDigits } from './digits.js';
import { cmvmModel } from './model.js';
import { scheduleOf } from './schedule.js';
import { solve } from './solve.js';
import { storedForms } from './stored-form.js';
import { cmvm, type CmvmParams } from './unit.js';

const weights = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 0, 1, -1, most, -most), fc.integer({ min: -most, max: most }));
const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 7 }),
    columns: fc.integer({ min: 1, max: 7 }),
    most: fc.constantFrom(1, 2, 8, 127, 5000),
  })
  .chain(({ rows, columns, most }) =>
    fc.array(fc.array(weights(most), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  );

describe('signed digits', () => {
  it('add up to the value, in either form, and are as few', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 29), max: 2 ** 29 }), fc.integer(), (value, seed) => {
        const canonical = canonicalDigits(value);
        const other = randomDigits(value, createRandom(seed));
        for (const { plus, minus } of [canonical, other]) {
          expect(plus - minus).toBe(value);
          expect(plus & minus).toBe(0);
        }
        expect(digitCount(other)).toBe(digitCount(canonical));
        const used = canonical.plus | canonical.minus;
        expect(used & (used << 1)).toBe(0);
      }),
    );
  });
});

describe('the solver', () => {
  it('computes the matrix, within the depth that was asked for', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 0, max: 2 }), (matrix, extraDepth) => {
        const input = { lo: -128, hi: 127 };
        const free = solve(matrix, { input, effort: 1 });
        expect(computes(free, matrix)).toBe(true);
        const bound = solve(matrix, { input, extraDepth, effort: 1 });
        expect(computes(bound, matrix)).toBe(true);
        const terms = matrix.map((row) =>
          row.reduce((sum, weight) => sum + digitCount(canonicalDigits(weight)), 0),
        );
        const least = Math.ceil(Math.log2(Math.max(1, ...terms)));
        expect(graphDepth(bound)).toBeLessThanOrEqual(least + extraDepth);
      }),
      { numRuns: 60 },
    );
  });

  it('is deterministic', () => {
    const matrix = [
      [3, -7, 12],
      [5, 7, -12],
    ];
    const input = { lo: 0, hi: 255 };
    expect(solve(matrix, { input })).toEqual(solve(matrix, { input }));
  });

  it('refuses what is no matrix of integers', () => {
    const input = { lo: 0, hi: 1 };
    expect(() => solve([], { input })).toThrow('matrix has no rows');
    expect(() => solve([[1, 2], [3]], { input })).toThrow('row 1 has 1 weights, row 0 has 2');
    expect(() => solve([[0.5]], { input })).toThrow('row 0 has the weight 0.5');
  });
});

describe('schedule and polarity', () => {
  it('every adder starts after what it reads', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const graph = solve(matrix, { input: { lo: -8, hi: 7 }, effort: 1 });
        const { level, levels } = scheduleOf(
          graph,
          linearForms(graph).map(() => 5),
        );
        expect(levels).toBe(graphDepth(graph));
        graph.adders.forEach(({ left, right }, index) => {
          const own = level[graph.inputs + index] ?? 0;
          expect(own).toBeGreaterThan(Math.max(level[left] ?? 0, level[right] ?? 0));
          expect(own).toBeLessThanOrEqual(levels);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('complements cost no more than inverters would', () => {
    const random = createRandom(3);
    const matrix = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => random.integer(-1, 1)));
    const graph = solve(matrix, { input: { lo: -128, hi: 127 } });
    const input = { lo: -128, hi: 127 };
    const none = storedForms(graph, input, 'ice40', { moves: 0 });
    expect(storedForms(graph, input, 'ice40').luts).toBeLessThan(none.luts);
  });
});

describe('cmvm', () => {
  const shapes = fc.record({
    inputWidth: fc.integer({ min: 1, max: 12 }),
    inputSigned: fc.boolean(),
    target: fc.constantFrom('ice40' as const, 'ecp5' as const),
    levelsPerStage: fc.integer({ min: 0, max: 3 }),
  });

  it('equals the model for every value of every output', () => {
    fc.assert(
      fc.property(matrices, shapes, fc.integer(), (matrix, shape, seed) => {
        const params: CmvmParams = { name: 'dut', matrix, effort: 1, ...shape };
        compare(params, seed);
      }),
      { numRuns: 150 },
    );
  });

  it('makes no registers for a term that is cut off whole', () => {
    const matrix = [
      [0, 0, 0, 2, -5000, 0, -4459],
      [-1704, 0, 598, 0, -4, 0, 11],
      [0, -1, 0, 3, -1590, 5000, -4],
    ];
    const shape = { inputWidth: 1, inputSigned: true, target: 'ice40', levelsPerStage: 1 } as const;
    compare({ name: 'dut', matrix, effort: 1, ...shape }, 1);
  });
});

/** 24 vectors, extremes first, one a cycle. */
function compare(params: CmvmParams, seed: number): void {
  const { matrix, inputWidth, inputSigned } = params;
  const unit = cmvm(params);
  const random = createRandom(seed);
  const lo = inputSigned ? -(2 ** (inputWidth - 1)) : 0;
  const hi = lo + 2 ** inputWidth - 1;
  const columns = matrix[0]?.length ?? 0;
  const vectors = Array.from({ length: 24 }, (_, cycle) =>
    Array.from({ length: columns }, () =>
      cycle === 0
        ? lo
        : cycle === 1
          ? hi
          : random.chance(0.3)
            ? random.integer(0, 1) * (hi - lo) + lo
            : random.integer(lo, hi),
    ),
  );
  const sim = simulate(unit.component.design);
  const results = [...vectors, ...Array.from({ length: unit.latencyCycles }, () => vectors[0] ?? [])].map(
    (x) => {
      x.forEach((value, input) => {
        sim.poke(`x_${input}`, value);
      });
      const y = matrix.map((_, output) => sim.peekNumber(`y_${output}`));
      sim.step();
      return y;
    },
  );
  expect(results.slice(unit.latencyCycles)).toEqual(
    vectors.map((x) => cmvmModel(matrix, x).map((value) => value + 0)),
  );
}
