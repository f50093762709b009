import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macArrayModel } from '../mac-array/model.js';
import { macArray } from '../mac-array/unit.js';
import { recodedTree } from '../recoded-dot/kind.js';
import { weightStationaryTotals } from '../testing/mac-array.js';
import { listOf, sintValue } from '../testing/values.js';
import { mac16Chain, mult18Tree } from './kinds.js';

const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 4 }),
    actWidth: fc.integer({ min: 2, max: 16 }),
    weightWidth: fc.integer({ min: 2, max: 16 }),
    accWidth: fc.integer({ min: 2, max: 40 }),
    make: fc.constantFrom(recodedTree, mac16Chain, mult18Tree),
  })
  .filter(({ make, actWidth, weightWidth }) => make !== mac16Chain || actWidth + weightWidth <= 28)
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      weights: listOf(listOf(sintValue(size.weightWidth), size.columns), size.rows),
      vectors: fc.array(listOf(sintValue(size.actWidth), size.rows), { minLength: 1, maxLength: 12 }),
    }),
  );

describe('integer PE kinds', () => {
  it('make arrays that add the matrix product of weights and vectors, less their correction', () => {
    fc.assert(
      fc.property(cases, ({ size: { make, weightWidth, ...size }, weights, vectors }) => {
        const kind = make(weightWidth);
        const { component, ...timing } = macArray({ ...size, kind, flow: 'weightStationary' });
        const run = { design: component.design, kind, weights, vectors, ...timing };
        expect(weightStationaryTotals(run)).toEqual(macArrayModel({ ...size, ...kind }, weights, vectors));
      }),
      { numRuns: 40 },
    );
  });

  it('refuse sums that a cell cannot hold', () => {
    const make = (): unknown =>
      macArray({ rows: 5, columns: 1, actWidth: 16, kind: mac16Chain(16), flow: 'weightStationary' });
    expect(make).toThrow('UNIT001: mac16Chain: rows make sums of 34 bits; a cell holds 32');
  });

  it('name the row of a weight that has too many bits', () => {
    expect(() => mac16Chain(4).encode([7n, -9n])).toThrow(
      'UNIT001: integer weights: weight of row 1 must be -8 to 7 (4 bits), not -9',
    );
  });
});
