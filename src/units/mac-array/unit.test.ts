import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitParameterError } from '../errors.js';
import { ternaryTree } from '../ternary-dot/kind.js';
import { weightStationaryTotals } from '../testing/mac-array.js';
import { listOf, sintValue } from '../testing/values.js';
import { macArrayModel } from './model.js';
import { macArray } from './unit.js';

const trit = fc.constantFrom(-1n, 0n, 1n);
const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 4 }),
    actWidth: fc.integer({ min: 1, max: 9 }),
    accWidth: fc.integer({ min: 2, max: 24 }),
  })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      weights: listOf(listOf(trit, size.columns), size.rows),
      vectors: fc.array(listOf(sintValue(size.actWidth), size.rows), { minLength: 1, maxLength: 12 }),
    }),
  );

describe('macArray', () => {
  it('adds the matrix product of weights and vectors, less the correction of its kind', () => {
    fc.assert(
      fc.property(cases, ({ size, weights, vectors }) => {
        const kind = ternaryTree;
        const { component, ...timing } = macArray({ ...size, kind, flow: 'weightStationary' });
        const totals = weightStationaryTotals({
          design: component.design,
          kind,
          weights,
          vectors,
          ...timing,
        });
        expect(totals).toEqual(macArrayModel({ ...size, ...kind }, weights, vectors));
      }),
      { numRuns: 25 },
    );
  });

  it('refuses sizes and flows that it does not have', () => {
    const make = (rows: number, flow: 'weightStationary' | 'outputStationary') => () =>
      macArray({ rows, columns: 2, kind: ternaryTree, flow });
    expect(make(0, 'weightStationary')).toThrow(
      'UNIT001: macArray: rows must be an integer from 1 to 64, not 0',
    );
    expect(make(2, 'outputStationary')).toThrow(UnitParameterError);
    expect(() => ternaryTree.encode([0n, 2n])).toThrow('weight of row 1 must be -1, 0 or 1, not 2');
  });
});
