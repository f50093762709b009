import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { flaggedCode, powerOfTwoWeight } from '../power-of-two-dot/code.js';
import { listOf, sintValue, uintValue } from '../testing/values.js';
import { powerOfTwoChainCorrection, powerOfTwoChainModel } from './model.js';
import { powerOfTwoChain, type PowerOfTwoChainParams } from './unit.js';

const cases = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 2)),
    actWidth: fc.integer({ min: 1, max: 12 }),
    codeBits: fc.integer({ min: 3, max: 5 }),
  })
  .chain((params) =>
    fc.record({
      params: fc.constant(params),
      weight: listOf(uintValue(params.codeBits), params.rows),
      vectors: fc.array(listOf(sintValue(params.actWidth), params.rows), { minLength: 1, maxLength: 20 }),
    }),
  );

/** Weights hold still; row i enters i cycles after row 0. */
const run = (
  params: PowerOfTwoChainParams,
  weight: readonly bigint[],
  vectors: readonly (readonly bigint[])[],
): readonly bigint[] => {
  const { component, latencyCycles, rowSkewCycles } = powerOfTwoChain(params);
  const simulation = simulate(component.design, { powerUpSeed: 3 });
  weight.forEach((code, row) => simulation.poke(`weight_${row}`, code));
  const sums: bigint[] = [];
  for (let cycle = 0; cycle < vectors.length + latencyCycles; cycle++) {
    if (cycle >= latencyCycles) sums.push(simulation.peek('sum'));
    for (let row = 0; row < params.rows; row++)
      simulation.poke(`act_${row}`, vectors[cycle - row * rowSkewCycles]?.[row] ?? 0n);
    simulation.step();
  }
  return sums;
};

describe('powerOfTwoChain', () => {
  it('equals its model, a result every cycle, and with the correction the exact dot product', () => {
    fc.assert(
      fc.property(cases, ({ params, weight, vectors }) => {
        const sums = run(params, weight, vectors);
        expect(sums).toEqual(vectors.map((act) => powerOfTwoChainModel(params, { act, weight })));
        const correction = powerOfTwoChainCorrection(params, weight);
        const exact = vectors.map((act) =>
          act.reduce(
            (sum, value, row) =>
              sum +
              value * powerOfTwoWeight(flaggedCode(weight[row] ?? 0n, params.codeBits), params.codeBits),
            0n,
          ),
        );
        expect(sums.map((sum) => sum + correction)).toEqual(exact);
      }),
      { numRuns: 12 },
    );
  });

  it('refuses codes without an exponent', () => {
    expect(() => powerOfTwoChain({ rows: 8, actWidth: 8, codeBits: 2 })).toThrow(
      'UNIT001: powerOfTwoChain: codeBits must be an integer from 3 to 5, not 2',
    );
  });
});
