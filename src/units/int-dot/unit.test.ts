import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexed, streamThrough } from '../testing/stream.js';
import { listOf, sintValue } from '../testing/values.js';
import { intDotModel } from './model.js';
import { intDot } from './unit.js';

const cases = fc
  .record({
    products: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 2, 9)),
    actWidth: fc.integer({ min: 1, max: 17 }),
    weightWidth: fc.integer({ min: 1, max: 17 }),
    levelsPerStage: fc.integer({ min: 1, max: 4 }),
    operandStages: fc.constantFrom<0 | 1>(0, 1),
  })
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(
        fc.record({
          act: listOf(sintValue(params.actWidth), params.products),
          weight: listOf(sintValue(params.weightWidth), params.products),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    ),
  );

describe('intDot', () => {
  it('is the exact dot product, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        const unit = intDot(params);
        const inputs = vectors.map(({ act, weight }) => ({
          ...indexed('act', act),
          ...indexed('weight', weight),
        }));
        const sums = streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum');
        expect(sums).toEqual(vectors.map((vector) => intDotModel(params, vector)));
      }),
      { numRuns: 25 },
    );
  });

  it('holds the sum of the greatest products in exactly the bits that it needs', () => {
    const params = { products: 4, actWidth: 8, weightWidth: 8 };
    const unit = intDot(params);
    expect(unit.sumWidth).toBe(18);
    const least = indexed('act', [-128n, -128n, -128n, -128n]);
    const inputs = [{ ...least, ...indexed('weight', [-128n, -128n, -128n, -128n]) }];
    expect(streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum')).toEqual([65536n]);
  });
});
