import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pyramidSize } from '../../num/index.js';
import { simulate } from '../../sim/index.js';
import { UnitParameterError } from '../errors.js';
import { pvqDecoderModel } from './model.js';
import { pvqDecoder, type PvqDecoderParams } from './unit.js';

/** The vectors of the indices; every one must be complete when the unit is ready again, after `cycles` cycles. */
const decode = (params: PvqDecoderParams, indices: readonly bigint[]): readonly (readonly bigint[])[] => {
  const { component, cycles } = pvqDecoder(params);
  const simulation = simulate(component.design, { powerUpSeed: 2 });
  const elements: bigint[] = [];
  const collect = (): void => {
    simulation.step();
    if (simulation.peek('element_valid') === 1n) elements.push(simulation.peek('element'));
  };
  for (const index of indices) {
    expect(simulation.peek('ready')).toBe(1n);
    simulation.poke('index', index);
    simulation.poke('start', 1);
    collect();
    for (let cycle = 1; cycle < cycles; cycle++) {
      expect(simulation.peek('ready')).toBe(0n);
      collect();
    }
  }
  expect(elements.length).toBe(params.length * indices.length);
  return indices.map((_, i) => elements.slice(i * params.length, (i + 1) * params.length));
};

describe('pvqDecoder', () => {
  it('gives every vector of small pyramids, in 2 N + K + 1 cycles', () => {
    for (let length = 1; length <= 5; length++)
      for (let pulses = 1; pulses <= 5; pulses++) {
        const params = { length, pulses };
        const indices = Array.from({ length: Number(pyramidSize(params)) }, (_, i) => BigInt(i));
        expect(decode(params, indices)).toEqual(indices.map((index) => pvqDecoderModel(params, index)));
      }
  });

  it('gives the vectors of large pyramids', () => {
    const pyramids = fc.constantFrom(
      { length: 16, pulses: 16 },
      { length: 32, pulses: 16 },
      { length: 8, pulses: 60 },
      { length: 200, pulses: 5 },
      { length: 1, pulses: 300 },
    );
    fc.assert(
      fc.property(
        pyramids,
        fc.array(fc.bigInt({ min: 0n, max: 1n << 64n }), { minLength: 1 }),
        (params, seeds) => {
          const size = pyramidSize(params);
          const indices = [0n, size - 1n, ...seeds.map((seed) => seed % size)];
          expect(decode(params, indices)).toEqual(indices.map((index) => pvqDecoderModel(params, index)));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('stops a simulation at an index that no vector has', () => {
    expect(() => decode({ length: 3, pulses: 2 }, [18n])).toThrow('the index is not below 18');
  });

  it.each([
    [0, 4, 'length must be an integer from 1 to 4096, not 0'],
    [4, 0, 'pulses must be an integer from 1 to 4096, not 0'],
    [4000, 40, 'counts, length * (pulses + 2), must be an integer from 1 to 16384, not 168000'],
    [64, 16, 'length 64 and pulses 16 need an index of 68 bits, more than the 64 that there is hardware for'],
  ])('refuses %d elements and %d pulses', (length, pulses, message) => {
    const make = (): unknown => pvqDecoder({ length, pulses });
    expect(make).toThrow(UnitParameterError);
    expect(make).toThrow(`UNIT001: pvqDecoder: ${message}`);
  });
});
