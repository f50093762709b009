import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macArrayModel } from '../mac-array/model.js';
import { macArray } from '../mac-array/unit.js';
import { weightStationaryTotals } from '../testing/mac-array.js';
import { listOf, sintValue } from '../testing/values.js';
import { groupCandidates } from './candidates.js';
import { ternaryGroups } from './kind.js';
import { ternaryGroupsCorrection, ternaryGroupsModel } from './model.js';

const trit = fc.constantFrom(-1n, 0n, 1n);

describe('ternaryGroups', () => {
  it('has every signed sum of a group once, up to its sign', () => {
    expect([1, 2, 3, 4].map((size) => groupCandidates(size).length)).toEqual([1, 4, 13, 40]);
  });

  const column = fc
    .record({ groupSize: fc.integer({ min: 1, max: 4 }), groups: fc.integer({ min: 1, max: 6 }) })
    .chain(({ groupSize, groups }) =>
      fc.record({
        groupSize: fc.constant(groupSize),
        weights: listOf(trit, groupSize * groups),
        act: listOf(sintValue(8), groupSize * groups),
      }),
    );

  it('plus the correction is the exact dot product, by its model', () => {
    fc.assert(
      fc.property(column, ({ groupSize, weights, act }) => {
        const exact = act.reduce((total, value, row) => total + value * (weights[row] ?? 0n), 0n);
        expect(
          ternaryGroupsModel(groupSize, weights, act) + ternaryGroupsCorrection(groupSize, weights),
        ).toBe(exact);
      }),
    );
  });

  const arrays = fc
    .record({
      groupSize: fc.constantFrom(2, 3),
      groups: fc.integer({ min: 1, max: 3 }),
      actWidth: fc.integer({ min: 1, max: 9 }),
    })
    .chain(({ groupSize, groups, actWidth }) =>
      fc.record({
        groupSize: fc.constant(groupSize),
        actWidth: fc.constant(actWidth),
        weights: listOf(listOf(trit, 2), groupSize * groups),
        vectors: fc.array(listOf(sintValue(actWidth), groupSize * groups), { minLength: 1, maxLength: 8 }),
      }),
    );

  it('makes arrays that multiply matrices', () => {
    fc.assert(
      fc.property(arrays, ({ groupSize, actWidth, weights, vectors }) => {
        const kind = ternaryGroups(groupSize);
        const size = { rows: weights.length, columns: 2, actWidth };
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
      { numRuns: 15 },
    );
  });

  it('refuses rows that make no whole groups', () => {
    const make = () => macArray({ rows: 5, columns: 1, kind: ternaryGroups(2), flow: 'weightStationary' });
    expect(make).toThrow('UNIT001: ternaryGroups: rows must be a multiple of 2, not 5');
  });
});
