import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pyramidSize, pyramidVector } from '../../num/index.js';
import { simulate } from '../../sim/index.js';
import { integerIn, listOf, sintValue } from '../testing/values.js';
import { pvqPulseModel } from './model.js';
import { pvqPulse, type PvqPulseParams } from './unit.js';

const name = 'pulses';

/** Rows drawn by their number, so that all vectors may come up. */
const cases = fc
  .record({
    samples: fc.integer({ min: 1, max: 20 }),
    pulses: fc.integer({ min: 1, max: 24 }),
    sampleWidth: fc.integer({ min: 2, max: 12 }),
    results: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ samples, pulses, sampleWidth, results }) => {
    const pyramid = { length: samples, pulses };
    const row = integerIn(0n, 1n << 64n).map((seed) =>
      pyramidVector(seed % pyramidSize(pyramid), pyramid, 'fischer'),
    );
    return fc.record({
      rows: listOf(row, results),
      pulses: fc.constant(pulses),
      sampleWidth: fc.constant(sampleWidth),
      vectors: fc.array(listOf(sintValue(sampleWidth), samples), { minLength: 1, maxLength: 3 }),
    });
  });

interface Valid {
  readonly result: bigint;
  /** Cycles since the start. */
  readonly after: number;
}

/** Writes each vector, starts, and collects results until the unit is ready for the next. */
const run = (
  params: PvqPulseParams,
  vectors: readonly (readonly bigint[])[],
): readonly (readonly Valid[])[] => {
  const { component, latencyCycles } = pvqPulse(params);
  const simulation = simulate(component.design, { powerUpSeed: 11 });
  simulation.poke('start', 0);
  return vectors.map((vector) => {
    simulation.poke('sample_write', 1);
    vector.forEach((sample, address) => {
      expect(simulation.peek('ready')).toBe(1n);
      simulation.poke('sample_address', address);
      simulation.poke('sample', sample);
      simulation.step();
    });
    simulation.poke('sample_write', 0);
    simulation.poke('start', 1);
    const found: Valid[] = [];
    for (let after = 0; after < latencyCycles + params.rows.length * params.pulses; after++) {
      if (simulation.peek('result_valid') === 1n) found.push({ result: simulation.peek('result'), after });
      simulation.step();
      simulation.poke('start', 0);
    }
    return found;
  });
};

describe('pvqPulse', () => {
  it('gives the rows one after the other, each K cycles after the one before', () => {
    fc.assert(
      fc.property(cases, ({ vectors, ...rest }) => {
        const params = { name, ...rest };
        const { latencyCycles, cyclesPerResult } = pvqPulse(params);
        expect(cyclesPerResult).toBe(params.pulses);
        const expected = vectors.map((vector) =>
          pvqPulseModel(params, vector).map((result, i) => ({
            result,
            after: latencyCycles + i * params.pulses,
          })),
        );
        expect(run(params, vectors)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('holds the greatest sum there is', () => {
    const params = { name, rows: [[-4, 0]], pulses: 4, sampleWidth: 8 };
    expect(run(params, [[-128n, 0n]])[0]?.map(({ result }) => result)).toEqual([512n]);
  });

  it.each([
    [[], 4, 'number of rows must be an integer from 1 to 1024, not 0'],
    [[[]], 4, 'number of rows[0] must be an integer from 1 to 1024, not 0'],
    [[[0]], 0, 'pulses must be an integer from 1 to 1024, not 0'],
    [
      [
        [4, 0],
        [1, -2],
      ],
      4,
      'rows[1] must have magnitudes that sum to 4, not 3',
    ],
    [[[4, 0], [4]], 4, 'length of rows[1] must be an integer from 2 to 2, not 1'],
  ])('refuses the rows %j with %d pulses', (rows, pulses, message) => {
    expect(() => pvqPulse({ name, rows, pulses, sampleWidth: 8 })).toThrow(`UNIT001: pvqPulse: ${message}`);
  });
});
