import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitParameterError } from '../errors.js';
import { streamThrough, type Ports } from '../testing/stream.js';
import { integerIn, sintValue, uintValue } from '../testing/values.js';
import { intPairModel, type IntPairInputs } from './model.js';
import { factorRange, pairPacking, type IntPairParams } from './packing.js';
import { intPair } from './unit.js';

const fits = (params: IntPairParams): boolean => {
  try {
    intPair(params);
    return true;
  } catch (error) {
    if (error instanceof UnitParameterError) return false;
    throw error;
  }
};

const cases = fc
  .record({
    sharedWidth: fc.integer({ min: 2, max: 12 }),
    factorWidth: fc.integer({ min: 2, max: 8 }),
    signed: fc.boolean(),
    symmetric: fc.boolean(),
    implementation: fc.constantFrom('sbMac16', 'mult18x18d'),
  })
  .filter(fits)
  .chain((params) => {
    const { lo, hi } = factorRange(params);
    const factor = integerIn(lo, hi);
    const shared = params.signed ? sintValue(params.sharedWidth) : uintValue(params.sharedWidth);
    const inputs = fc.record({ shared, first: factor, second: factor });
    return fc.tuple(fc.constant(params), fc.array(inputs, { minLength: 1, maxLength: 40 }));
  });

const run = (params: IntPairParams, inputs: readonly IntPairInputs[]) => {
  const unit = intPair(params);
  const ports = inputs.map((set): Ports => ({ ...set }));
  const low = streamThrough(unit.component.design, ports, unit.latencyCycles, 'low');
  const high = streamThrough(unit.component.design, ports, unit.latencyCycles, 'high');
  return low.map((value, index) => ({ low: value, high: high[index] }));
};

describe('intPair', () => {
  it('gives two exact products per cycle', () => {
    fc.assert(
      fc.property(cases, ([params, inputs]) => {
        expect(run(params, inputs)).toEqual(inputs.map((set) => intPairModel(params, set)));
      }),
      { numRuns: 60 },
    );
  });

  it.each([true, false])('multiplies every triple of 3 bits (signed: %s)', (signed) => {
    const value = (code: number): bigint => BigInt(signed ? code - 4 : code);
    const inputs = Array.from({ length: 512 }, (_, i) => ({
      shared: value(i & 7),
      first: value((i >> 3) & 7),
      second: value(i >> 6),
    }));
    const params = { sharedWidth: 3, factorWidth: 3, signed, implementation: 'mult18x18d' } as const;
    expect(run(params, inputs)).toEqual(inputs.map((set) => intPairModel(params, set)));
  });

  it('packs as long as every product fits its field and every pair of factors the operand', () => {
    const params = { sharedWidth: 8, factorWidth: 4, signed: true, implementation: 'mult18x18d' } as const;
    expect(pairPacking(params)).toEqual({ shift: 12 });
    expect(pairPacking({ ...params, factorWidth: 5, symmetric: true })).toEqual({ shift: 12 });
    expect(pairPacking({ ...params, factorWidth: 5, signed: false })).toEqual({ shift: 13 });
    expect(() => pairPacking({ ...params, factorWidth: 5 })).toThrow(
      'UNIT001: intPair: factorWidth of 5 beside a shared operand of 8 bits packs into 19 bits; MULT18X18D has 18',
    );
  });
});
