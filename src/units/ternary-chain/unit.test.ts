import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macArrayModel } from '../mac-array/model.js';
import { macArray } from '../mac-array/unit.js';
import { columnsOf, outputStationaryTotals, weightStationaryTotals } from '../testing/mac-array.js';
import { listOf, sintValue } from '../testing/values.js';
import { ternaryFusedTreeCorrection, ternaryFusedTreeSum } from '../ternary-fused-tree/model.js';
import { ternaryFusedTrees } from '../ternary-fused-tree/kind.js';
import { ternaryChainCodes } from './codes.js';
import { ternaryChains } from './kind.js';
import { ternaryChainCorrection, ternaryChainModel } from './model.js';

const chainSum = (weights: readonly bigint[], act: readonly bigint[]): bigint =>
  ternaryChainModel({ act, code: ternaryChainCodes(weights) });

const families = [
  { name: 'ternaryChain', kind: ternaryChains, sum: chainSum, correction: ternaryChainCorrection },
  {
    name: 'ternaryFusedTree',
    kind: ternaryFusedTrees,
    sum: ternaryFusedTreeSum,
    correction: ternaryFusedTreeCorrection,
  },
];
const trit = fc.constantFrom(-1n, 0n, 1n);

describe.each(families)('$name', ({ kind, sum, correction }) => {
  const column = fc
    .record({ rows: fc.integer({ min: 1, max: 64 }), actWidth: fc.integer({ min: 1, max: 20 }) })
    .chain(({ rows, actWidth }) =>
      fc.record({ weights: listOf(trit, rows), act: listOf(sintValue(actWidth), rows) }),
    );

  it('plus the correction is the exact dot product, by its model', () => {
    fc.assert(
      fc.property(column, ({ weights, act }) => {
        const exact = act.reduce((total, value, row) => total + value * (weights[row] ?? 0n), 0n);
        expect(sum(weights, act) + correction(weights)).toBe(exact);
      }),
    );
  });

  const array = fc
    .record({
      rows: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(17)),
      columns: fc.integer({ min: 1, max: 3 }),
      actWidth: fc.integer({ min: 1, max: 12 }),
      accWidth: fc.integer({ min: 2, max: 25 }),
    })
    .chain((size) =>
      fc.record({
        size: fc.constant(size),
        weights: listOf(listOf(trit, size.columns), size.rows),
        vectors: fc.array(listOf(sintValue(size.actWidth), size.rows), { minLength: 1, maxLength: 10 }),
      }),
    );

  it('makes arrays that multiply matrices', () => {
    fc.assert(
      fc.property(array, ({ size, weights, vectors }) => {
        const { component, ...timing } = macArray({ ...size, kind, flow: 'weightStationary' });
        const totals = weightStationaryTotals({
          design: component.design,
          kind,
          weights,
          vectors,
          ...timing,
        });
        expect(totals).toEqual(macArrayModel({ ...size, correction: kind.correction }, weights, vectors));
      }),
      { numRuns: 12 },
    );
  });

  const streams = fc
    .record({
      rows: fc.integer({ min: 1, max: 4 }),
      columns: fc.integer({ min: 1, max: 4 }),
      actWidth: fc.integer({ min: 1, max: 9 }),
      accWidth: fc.integer({ min: 2, max: 25 }),
    })
    .chain((size) =>
      fc.integer({ min: 1, max: 12 }).chain((length) =>
        fc.record({
          size: fc.constant(size),
          acts: listOf(listOf(sintValue(size.actWidth), size.rows), length),
          weights: listOf(listOf(trit, size.columns), length),
        }),
      ),
    );

  it('makes output-stationary arrays that multiply matrices and hand their sums down', () => {
    const { streaming } = kind;
    if (streaming === undefined) throw new Error('no output-stationary PE');
    fc.assert(
      fc.property(streams, ({ size, acts, weights }) => {
        const { component } = macArray({ ...size, kind, flow: 'outputStationary' });
        const { encode } = streaming;
        const totals = outputStationaryTotals({ design: component.design, weights, acts, encode });
        const short = columnsOf(weights).map((column) =>
          column.reduce((sum, weight) => sum + streaming.correction(weight), 0n),
        );
        expect(totals).toEqual(
          columnsOf(acts).map((row) =>
            columnsOf(weights).map((column, index) => {
              const dot = row.reduce((sum, value, k) => sum + value * (column[k] ?? 0n), 0n);
              return BigInt.asIntN(size.accWidth, dot - (short[index] ?? 0n));
            }),
          ),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('names the row of a weight that is no trit', () => {
    expect(() => kind.encode([1n, -2n])).toThrow('weight of row 1 must be -1, 0 or 1, not -2');
  });
});
