import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitParameterError } from '../errors.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { listOf, sintValue, uintValue } from '../testing/values.js';
import { greatestExponent, powerOfTwoCode, powerOfTwoWeight } from './code.js';
import {
  powerOfTwoDotCorrection,
  powerOfTwoDotExact,
  powerOfTwoDotModel,
  type PowerOfTwoDotInputs,
} from './model.js';
import { powerOfTwoDot, type PowerOfTwoDotParams } from './unit.js';

const cases = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 2, 3, 8)),
    actWidth: fc.integer({ min: 1, max: 12 }),
    codeBits: fc.integer({ min: 2, max: 5 }),
    levelsPerStage: fc.integer({ min: 1, max: 4 }),
    zeroFlag: fc.boolean(),
  })
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(
        fc.record({
          act: listOf(sintValue(params.actWidth), params.rows),
          weight: listOf(uintValue(params.codeBits), params.rows),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    ),
  );

const run = (params: PowerOfTwoDotParams, vectors: readonly PowerOfTwoDotInputs[]): readonly bigint[] => {
  const unit = powerOfTwoDot(params);
  const inputs = vectors.map(({ act, weight }) => ({ ...indexed('act', act), ...indexed('weight', weight) }));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum');
};

describe('powerOfTwoDot', () => {
  it('equals its model, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        expect(run(params, vectors)).toEqual(vectors.map((vector) => powerOfTwoDotModel(params, vector)));
      }),
      { numRuns: 20 },
    );
  });

  it('plus the correction is the exact dot product', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        for (const vector of vectors) {
          const correction = powerOfTwoDotCorrection(params, vector.weight);
          expect(powerOfTwoDotModel(params, vector) + correction).toBe(powerOfTwoDotExact(params, vector));
        }
      }),
    );
  });

  it.each([2, 3, 4, 5])('multiplies by every code of %d bits at the ends of the activation', (codeBits) => {
    const params = { rows: 1, actWidth: 8, codeBits };
    const vectors = Array.from({ length: 2 ** (codeBits + 1) }, (_, i) => ({
      act: [i % 2 === 0 ? -128n : 127n],
      weight: [BigInt(i >> 1)],
    }));
    const exact = run(params, vectors).map(
      (sum, index) => sum + powerOfTwoDotCorrection(params, vectors[index]?.weight ?? []),
    );
    expect(exact).toEqual(
      vectors.map(({ act, weight }) => (act[0] ?? 0n) * powerOfTwoWeight(weight[0] ?? 0n, codeBits)),
    );
  });

  it('does not overflow when every row has the greatest weight and the most extreme activation', () => {
    for (const rows of [8, 9, 64]) {
      const params = { rows, actWidth: 8, codeBits: 5 };
      const vectors = [-128n, 127n].flatMap((act) =>
        [128n, -128n].map((weight) => ({
          act: Array.from({ length: rows }, () => act),
          weight: Array.from({ length: rows }, () => powerOfTwoCode(weight, 5)),
        })),
      );
      const exact = run(params, vectors).map(
        (sum, index) => sum + powerOfTwoDotCorrection(params, vectors[index]?.weight ?? []),
      );
      expect(exact).toEqual(vectors.map((vector) => powerOfTwoDotExact(params, vector)));
    }
  });

  it.each([
    [{ rows: 0, actWidth: 8, codeBits: 4 }, 'rows must be an integer from 1 to 64, not 0'],
    [{ rows: 8, actWidth: 8, codeBits: 6 }, 'codeBits must be an integer from 2 to 5, not 6'],
  ])('refuses %j', (params, message) => {
    expect(() => powerOfTwoDot(params)).toThrow(UnitParameterError);
    expect(() => powerOfTwoDot(params)).toThrow(`UNIT001: powerOfTwoDot: ${message}`);
  });
});

describe('powerOfTwoCode', () => {
  it.each([2, 3, 4, 5])('of %d bits has 2^(b-1) + 1 weights, each coded and decoded', (codeBits) => {
    const weights = new Set(
      Array.from({ length: 2 ** codeBits }, (_, code) => powerOfTwoWeight(BigInt(code), codeBits)),
    );
    expect(weights.size).toBe(2 ** (codeBits - 1) + 1);
    for (const weight of weights) {
      const code = powerOfTwoCode(weight, codeBits);
      expect(code < 1n << BigInt(codeBits)).toBe(true);
      expect(powerOfTwoWeight(code, codeBits)).toBe(weight);
    }
  });

  it('refuses what is no power of two, or too great', () => {
    expect(() => powerOfTwoCode(3n, 5)).toThrow(
      'UNIT001: powerOfTwo: weight must be 0 or ±2^k with k from 0 to 7, not 3',
    );
    expect(() => powerOfTwoCode(-16n, 4)).toThrow(UnitParameterError);
    expect(greatestExponent(4)).toBe(3);
  });
});
