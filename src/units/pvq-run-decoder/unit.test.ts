import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pyramidSize, pyramidVector, runsOf, type Run } from '../../num/index.js';
import { simulate } from '../../sim/index.js';
import { pvqRunDecoderModel } from './model.js';
import { pvqRunDecoder, type PvqRunDecoderParams } from './unit.js';

const cases = fc
  .record({ length: fc.integer({ min: 1, max: 24 }), pulses: fc.integer({ min: 1, max: 20 }) })
  .chain((params) => {
    const vector = fc
      .bigInt({ min: 0n, max: 1n << 80n })
      .map((seed) => pyramidVector(seed % pyramidSize(params), params, 'fischer'));
    return fc.record({
      params: fc.constant(params),
      vectors: fc.array(vector, { minLength: 1, maxLength: 5 }),
      pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }).filter((all) => all.includes(true)),
    });
  });

/** The elements that come of the runs, and the cycles that this took. */
const decode = (
  params: PvqRunDecoderParams,
  vectors: readonly (readonly Run[])[],
  pauses: readonly boolean[],
): { readonly elements: readonly bigint[]; readonly cycles: number } => {
  const simulation = simulate(pvqRunDecoder(params).component.design, { powerUpSeed: 4 });
  const runs = vectors.flat();
  const elements: bigint[] = [];
  let taken = 0;
  let cycles = 0;
  for (; elements.length < params.length * vectors.length; cycles++) {
    const run = runs[taken];
    const valid = run !== undefined && pauses[cycles % pauses.length] === true;
    simulation.poke('run_valid', valid ? 1 : 0);
    simulation.poke('zeros', run?.zeros ?? 0);
    simulation.poke('value', run?.value ?? 0);
    if (valid && simulation.peek('run_ready') === 1n) taken++;
    simulation.step();
    if (simulation.peek('element_valid') === 1n) elements.push(simulation.peek('element'));
  }
  return { elements, cycles };
};

describe('pvqRunDecoder', () => {
  it('gives the vectors of the runs, an element per cycle while runs come', () => {
    fc.assert(
      fc.property(cases, ({ params, vectors, pauses }) => {
        const runs = vectors.map(runsOf);
        const expected = pvqRunDecoderModel(params, runs);
        expect(decode(params, runs, pauses).elements).toEqual(expected);
        expect(decode(params, runs, [true])).toEqual({ elements: expected, cycles: expected.length });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [[{ zeros: 0, value: -4 }], 'a vector has more pulses than it should'],
    [[{ zeros: 0, value: 0 }], 'the value of a run is 0'],
    [[{ zeros: 3, value: 2 }], 'a vector has too few pulses'],
  ])('stops a simulation at %j', (runs, message) => {
    expect(() => decode({ length: 4, pulses: 3 }, [runs], [true])).toThrow(message);
  });

  it('refuses vectors of nothing', () => {
    const refuses = (length: number, pulses: number, message: string): void =>
      expect(() => pvqRunDecoder({ length, pulses })).toThrow(`UNIT001: pvqRunDecoder: ${message}`);
    refuses(0, 3, 'length must be an integer from 1 to 65536, not 0');
    refuses(3, 0, 'pulses must be an integer from 1 to 65536, not 0');
  });
});
