import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexed, streamThrough } from '../testing/stream.js';
import { listOf, uintValue } from '../testing/values.js';
import { cheapestAdder } from './choice.js';
import { adderStructures, termSum, termSumModel } from './unit.js';

const cases = fc
  .record({
    terms: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 12 }),
    structure: fc.constantFrom(...adderStructures, 'cheapest' as const),
    target: fc.constantFrom('ice40' as const, 'ecp5' as const),
  })
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(listOf(uintValue(params.width), params.terms), { minLength: 1, maxLength: 20 }),
    ),
  );

describe('termSum', () => {
  it('is the exact sum in every structure, one per cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        const unit = termSum(params);
        const inputs = vectors.map((terms) => indexed('term', terms));
        const sums = streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum');
        expect(sums).toEqual(vectors.map(termSumModel));
      }),
      { numRuns: 60 },
    );
  });

  it('is what was measured as cheapest where that is asked for', () => {
    const size = { terms: 9, width: 8, target: 'ice40' } as const;
    expect(termSum({ ...size, structure: 'cheapest' }).structure).toBe(cheapestAdder(size));
  });
});
