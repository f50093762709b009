import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macArrayModel } from '../mac-array/model.js';
import { macArray } from '../mac-array/unit.js';
import { weightStationaryTotals } from '../testing/mac-array.js';
import { listOf, sintValue } from '../testing/values.js';
import { greatestExponent } from './code.js';
import { powerOfTwoTree } from './kind.js';
import { powerOfTwoChains } from '../power-of-two-chain/kind.js';

const weightOf = (codeBits: number): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.constantFrom(-1n, 0n, 1n), fc.integer({ min: 0, max: greatestExponent(codeBits) }))
    .map(([sign, exponent]) => sign << BigInt(exponent));

const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 4 }),
    actWidth: fc.integer({ min: 1, max: 9 }),
    codeBits: fc.integer({ min: 3, max: 5 }),
    kindOf: fc.constantFrom(powerOfTwoTree, powerOfTwoChains),
  })
  .chain(({ codeBits, kindOf, ...size }) =>
    fc.record({
      size: fc.constant(size),
      kind: fc.constant(kindOf(codeBits)),
      weights: listOf(listOf(weightOf(codeBits), size.columns), size.rows),
      vectors: fc.array(listOf(sintValue(size.actWidth), size.rows), { minLength: 1, maxLength: 12 }),
    }),
  );

describe('arrays of power of two PEs', () => {
  it('add the matrix product of weights and vectors, less the correction of their kind', () => {
    fc.assert(
      fc.property(cases, ({ size, kind, weights, vectors }) => {
        const { component, ...timing } = macArray({ ...size, kind, flow: 'weightStationary' });
        const { design } = component;
        const totals = weightStationaryTotals({ design, kind, weights, vectors, ...timing });
        expect(totals).toEqual(macArrayModel({ ...size, ...kind }, weights, vectors));
      }),
      { numRuns: 15 },
    );
  });

  it('name the row of a weight that is none of theirs', () => {
    expect(() => powerOfTwoTree(3).encode([1n, -4n])).toThrow(
      'UNIT001: powerOfTwo: weight of row 1 must be 0 or ±2^k with k from 0 to 1, not -4',
    );
  });
});
