import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intDotModel } from '../int-dot/model.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { listOf, sintValue } from '../testing/values.js';
import { digitsOf, recodedProductRange } from './digits.js';
import { recodedDotCorrection, recodedDotModel } from './model.js';
import { recodedDot, type RecodedDotParams } from './unit.js';

const cases = fc
  .record({
    products: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 2, 9)),
    actWidth: fc.integer({ min: 1, max: 12 }),
    weightWidth: fc.integer({ min: 2, max: 10 }),
    levelsPerStage: fc.integer({ min: 1, max: 4 }),
    recodeStages: fc.constantFrom<0 | 1>(0, 1),
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

/** Weights lead their activations by the unit's own count of cycles. */
const run = (
  params: RecodedDotParams,
  vectors: readonly { readonly act: readonly bigint[]; readonly weight: readonly bigint[] }[],
): readonly bigint[] => {
  const unit = recodedDot(params);
  const zeros = Array.from({ length: params.products }, () => 0n);
  const cycles = vectors.length + unit.weightLeadCycles;
  const inputs = Array.from({ length: cycles }, (_, cycle) => ({
    ...indexed('act', vectors[cycle - unit.weightLeadCycles]?.act ?? zeros),
    ...indexed('weight', vectors[cycle]?.weight ?? zeros),
  }));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum').slice(unit.weightLeadCycles);
};

describe('recodedDot', () => {
  it('equals its model, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        expect(run(params, vectors)).toEqual(vectors.map((vector) => recodedDotModel(params, vector)));
      }),
      { numRuns: 25 },
    );
  });

  it('plus the correction is the exact dot product', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        for (const vector of vectors) {
          const correction = recodedDotCorrection(vector.weight, params.weightWidth);
          expect(recodedDotModel(params, vector) + correction).toBe(intDotModel(params, vector));
        }
      }),
    );
  });

  it.each([2, 3, 7, 8])(
    'multiplies by every weight of %d bits at the ends of the activation',
    (weightWidth) => {
      const count = 2 ** weightWidth;
      const vectors = Array.from({ length: 2 * count }, (_, i) => ({
        act: [i < count ? -128n : 127n],
        weight: [BigInt((i % count) - count / 2)],
      }));
      const params = { products: 1, actWidth: 8, weightWidth };
      expect(run(params, vectors)).toEqual(vectors.map((vector) => recodedDotModel(params, vector)));
    },
  );
});

describe('digits', () => {
  it.each([2, 3, 4, 5, 8, 9])('write every weight of %d bits in base 4', (weightWidth) => {
    const half = 2 ** (weightWidth - 1);
    for (let weight = -half; weight < half; weight++) {
      const digits = digitsOf(BigInt(weight), weightWidth);
      expect(digits.reduce((sum, { value }, position) => sum + Number(value) * 4 ** position, 0)).toBe(
        weight,
      );
      expect(digits.slice(0, -1).every(({ value }) => value >= -1n && value <= 2n)).toBe(true);
      const last = Number(digits.at(-1)?.value);
      expect(Math.abs(last)).toBeLessThanOrEqual(2);
    }
  });

  it('the range of a product is reached', () => {
    // Smallest: 127 * -128 with complements at... the correction of -128; greatest: -128 * -128 less its correction.
    const { lo, hi } = recodedProductRange(8, 8);
    expect(hi).toBe(16384n - recodedDotCorrection([-128n], 8));
    expect(lo).toBeLessThanOrEqual(127n * -128n);
  });
});
