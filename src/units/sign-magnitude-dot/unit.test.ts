import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApproxKind } from '../approx-multiplier/parameters.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { integerIn, listOf } from '../testing/values.js';
import { signMagnitudeDotModel, type SignMagnitudeDotInputs } from './model.js';
import { signMagnitudeDot, type SignMagnitudeDotParams } from './unit.js';

const shapes = fc.record({
  products: fc.integer({ min: 1, max: 9 }),
  actWidth: fc.integer({ min: 2, max: 8 }),
  magnitudeWidth: fc.integer({ min: 2, max: 7 }),
  levelsPerStage: fc.integer({ min: 1, max: 3 }),
});

const kinds = fc.constantFrom<ApproxKind>(
  { kind: 'exact' },
  { kind: 'truncated', columns: 2, compensation: 'mean' },
  { kind: 'brokenArray', vertical: 2, horizontal: 1 },
  { kind: 'operandTrimmed', aDropped: 1, bDropped: 1, fill: 'half' },
  { kind: 'logarithmic' },
  { kind: 'dynamicRange', bits: 2 },
);

const cases = fc.tuple(shapes, kinds).chain(([shape, multiplier]) => {
  const all = (bits: number) => listOf(integerIn(0n, (1n << BigInt(bits)) - 1n), shape.products);
  const vector = fc.record({
    act: all(shape.actWidth),
    magnitude: all(shape.magnitudeWidth),
    negative: all(1),
  });
  return fc.tuple(
    fc.constant<SignMagnitudeDotParams>({ ...shape, multiplier }),
    fc.array(vector, { minLength: 1, maxLength: 20 }),
  );
});

const sumsOf = (params: SignMagnitudeDotParams, vectors: readonly SignMagnitudeDotInputs[]) => {
  const unit = signMagnitudeDot(params);
  const inputs = vectors.map(({ act, magnitude, negative }) => ({
    ...indexed('act', act),
    ...indexed('magnitude', magnitude),
    ...indexed('negative', negative),
  }));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum').map((sum) =>
    BigInt.asIntN(unit.sumWidth, sum),
  );
};

describe('signMagnitudeDot', () => {
  it('is its model, a result every cycle, for any multiplier of magnitudes', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        expect(sumsOf(params, vectors)).toEqual(
          vectors.map((vector) => signMagnitudeDotModel(params, vector)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('is the plain dot product less one for each negative weight, where the multiplier is exact', () => {
    const params = { products: 3, actWidth: 4, magnitudeWidth: 3, multiplier: { kind: 'exact' } } as const;
    const vector = { act: [15n, 0n, 9n], magnitude: [7n, 5n, 6n], negative: [1n, 1n, 0n] };
    expect(sumsOf(params, [vector])).toEqual([-105n + 0n + 54n - 2n]);
  });
});
