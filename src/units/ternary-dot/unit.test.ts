import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitParameterError } from '../errors.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { listOf, sintValue, tritCode } from '../testing/values.js';
import { ternaryDotCorrection, ternaryDotModel } from './model.js';
import { ternaryDot } from './unit.js';

const parameters = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(1, 2, 3, 16, 63, 64)),
  actWidth: fc.integer({ min: 1, max: 16 }),
  levelsPerStage: fc.integer({ min: 1, max: 6 }),
});

const cases = parameters.chain((params) =>
  fc.tuple(
    fc.constant(params),
    fc.array(
      fc.record({
        act: listOf(sintValue(params.actWidth), params.rows),
        weight: listOf(tritCode, params.rows),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  ),
);

const run = (
  params: { readonly rows: number; readonly actWidth: number; readonly levelsPerStage?: number },
  vectors: readonly { readonly act: readonly bigint[]; readonly weight: readonly bigint[] }[],
): readonly bigint[] => {
  const unit = ternaryDot(params);
  const inputs = vectors.map(({ act, weight }) => ({ ...indexed('act', act), ...indexed('weight', weight) }));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum');
};

describe('ternaryDot', () => {
  it('equals its model, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        expect(run(params, vectors)).toEqual(vectors.map((vector) => ternaryDotModel(params, vector)));
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    [1, 9],
    [7, 4],
    [64, 9],
  ])('reaches both ends of its range with %d rows of %d bits', (rows, actWidth) => {
    const least = -(1n << BigInt(actWidth - 1));
    const greatest = -least - 1n;
    const vectors = [
      [least, 1n],
      [greatest, 1n],
      [least, 3n],
      [greatest, 3n],
    ] as const;
    const all = vectors.map(([act, weight]) => ({
      act: Array.from({ length: rows }, () => act),
      weight: Array.from({ length: rows }, () => weight),
    }));
    const n = BigInt(rows);
    expect(run({ rows, actWidth }, all)).toEqual([n * least, n * greatest, n * greatest, n * least]);
  });

  it('plus the correction is the exact dot product', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        for (const { act, weight } of vectors) {
          const exact = act.reduce(
            (sum, value, row) => sum + value * BigInt.asIntN(2, weight[row] ?? 0n),
            0n,
          );
          expect(ternaryDotModel(params, { act, weight }) + ternaryDotCorrection(weight)).toBe(exact);
        }
      }),
    );
  });

  it.each([
    [{ rows: 0, actWidth: 8 }, 'UNIT001: ternaryDot: rows must be an integer from 1 to 64, not 0'],
    [{ rows: 65, actWidth: 8 }, 'UNIT001: ternaryDot: rows must be an integer from 1 to 64, not 65'],
    [{ rows: 4, actWidth: 8.5 }, 'UNIT001: ternaryDot: actWidth must be an integer from 1 to 64, not 8.5'],
  ])('refuses %j', (params, message) => {
    expect(() => ternaryDot(params)).toThrow(UnitParameterError);
    expect(() => ternaryDot(params)).toThrow(message);
  });
});
