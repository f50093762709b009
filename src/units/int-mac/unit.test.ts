import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamThrough } from '../testing/stream.js';
import { sintValue, uintValue } from '../testing/values.js';
import { intMacModel, type IntMacInputs } from './model.js';
import type { IntMacParams } from './parameters.js';
import { intMac } from './unit.js';

const parameters: fc.Arbitrary<IntMacParams> = fc
  .record({
    actWidth: fc.integer({ min: 2, max: 16 }),
    weightWidth: fc.integer({ min: 2, max: 16 }),
    actSigned: fc.boolean(),
    weightSigned: fc.boolean(),
    accWidth: fc.integer({ min: 2, max: 32 }),
    implementation: fc.constantFrom('lut', 'sbMac16', 'mult18x18d'),
  })
  .filter(
    ({ implementation, actSigned, weightSigned, actWidth, weightWidth }) =>
      implementation !== 'sbMac16' || actSigned === weightSigned || (actSigned ? weightWidth : actWidth) < 16,
  );

const cases = parameters.chain((params) => {
  const operand = (signed: boolean | undefined, width: number): fc.Arbitrary<bigint> =>
    signed === false ? uintValue(width) : sintValue(width);
  const inputs = fc.record({
    act: operand(params.actSigned, params.actWidth),
    weight: operand(params.weightSigned, params.weightWidth),
    clear: fc.constantFrom(0n, 0n, 0n, 1n),
  });
  return fc.tuple(fc.constant(params), fc.array(inputs, { minLength: 1, maxLength: 60 }));
});

/** The sums that belong to each set of inputs; the first set clears, since nothing is known before. */
const run = (params: IntMacParams, inputs: readonly IntMacInputs[]): readonly bigint[] => {
  const unit = intMac(params);
  const cleared = [{ act: 0n, weight: 0n, clear: 1n }, ...inputs].map((set) => ({ ...set }));
  return streamThrough(unit.component.design, cleared, unit.latencyCycles, 'acc').slice(1);
};

const expected = (params: IntMacParams, inputs: readonly IntMacInputs[]): readonly bigint[] => {
  let sum = 0n;
  return inputs.map((set) => (sum = intMacModel(params, set, sum)));
};

describe('intMac', () => {
  it('adds exact products in every implementation, one per cycle', () => {
    fc.assert(
      fc.property(cases, ([params, inputs]) => {
        expect(run(params, inputs)).toEqual(expected(params, inputs));
      }),
      { numRuns: 60 },
    );
  });

  it.each(['lut', 'sbMac16', 'mult18x18d'] as const)(
    'multiplies all pairs of 4 bits in %s',
    (implementation) => {
      const params = { actWidth: 4, weightWidth: 4, accWidth: 8, implementation };
      const inputs = Array.from({ length: 256 }, (_, i) => [
        { act: 0n, weight: 0n, clear: 1n },
        { act: BigInt(i >> 4) - 8n, weight: BigInt(i & 15) - 8n, clear: 0n },
      ]).flat();
      expect(run(params, inputs)).toEqual(expected(params, inputs));
    },
  );

  it('refuses what a cell has no bits for', () => {
    const params = { actWidth: 16, weightWidth: 8, accWidth: 32, implementation: 'sbMac16' } as const;
    expect(() => intMac({ ...params, actSigned: false })).toThrow(
      'UNIT001: intMac: actWidth must be at most 15 where one operand is unsigned and the other signed (sbMac16), not 16',
    );
    expect(() => intMac({ ...params, accWidth: 33 })).toThrow(
      'accWidth must be an integer from 2 to 32, not 33',
    );
  });
});
