import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { throughHandshake } from '../testing/handshake.js';
import { integerIn, listOf, sintValue } from '../testing/values.js';
import { bitLayerCode, bitLayerCycles, packedCode, type BitLayerWeights } from './code.js';
import { pvqBitLayerModel } from './model.js';
import { pvqBitLayer } from './unit.js';

const name = 'bits';
const ports = {
  value: 'sample',
  valid: 'sample_valid',
  ready: 'sample_ready',
  result: 'result',
  resultValid: 'result_valid',
};

const weightsOf = (taps: number, bits: number): fc.Arbitrary<number[]> =>
  listOf(fc.oneof(integerIn(-(1n << BigInt(bits - 1)), 1n << BigInt(bits - 1)), fc.constant(0n)), taps)
    .map((weights) => weights.map(Number))
    .filter((weights) => weights.some((weight) => weight !== 0));

const cases = fc
  .record({
    taps: fc.integer({ min: 1, max: 24 }),
    bits: fc.integer({ min: 1, max: 16 }),
    sampleWidth: fc.integer({ min: 2, max: 12 }),
  })
  .chain(({ taps, bits, sampleWidth }) =>
    fc.record({
      weights: weightsOf(taps, bits),
      samplesPerResult: fc.integer({ min: 1, max: taps }),
      sampleWidth: fc.constant(sampleWidth),
      samples: listOf(sintValue(sampleWidth), 2 * taps + 5),
      pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    }),
  );

/** Non-zero digits of the canonical form and its length, by Reitwiesner's rule that they are the bits of w xor 3 w. */
const canonical = (weights: readonly number[]): { readonly digits: number; readonly planes: number } => {
  const marks = weights.map((w) => (BigInt(Math.abs(w)) ^ (3n * BigInt(Math.abs(w)))).toString(2));
  return {
    digits: marks.join('').replaceAll('0', '').length,
    planes: Math.max(...marks.map((mark) => mark.length - 1)),
  };
};

describe('pvqBitLayer', () => {
  it('equals its model for any weights, samples and pauses between them', () => {
    fc.assert(
      fc.property(cases, ({ samples, pauses, ...params }) => {
        const unit = pvqBitLayer({ name, ...params });
        const expected = pvqBitLayerModel(params, samples);
        const offered = (cycle: number): boolean => pauses[cycle % pauses.length] ?? true;
        const simulation = simulate(unit.component.design, { powerUpSeed: 7 });
        const paused = pauses.includes(true) ? { offered } : {};
        const found = throughHandshake(simulation, ports, samples, expected.length, paused);
        expect(found.map(({ result }) => result)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('takes a cycle per non-zero signed digit and per plane, and never more than the canonical form has', () => {
    fc.assert(
      fc.property(cases, ({ samples, ...params }) => {
        const unit = pvqBitLayer({ name, ...params });
        const more = params.samplesPerResult - 1;
        const { digits, planes } = canonical(params.weights);
        expect(unit.cycles).toBe(bitLayerCycles(params));
        expect(unit.cycles).toBeLessThanOrEqual(digits + planes + more);
        const simulation = simulate(unit.component.design, { powerUpSeed: 3 });
        const count = Math.floor(samples.length / (more + 1));
        const found = throughHandshake(simulation, ports, samples, count);
        // The first word is fetched in the first cycle; all samples of a result but the last come before the latency.
        const cycles = found.map((_, index) => 1 + more + unit.latencyCycles + index * unit.cycles);
        expect(found.map(({ cycle }) => cycle)).toEqual(cycles);
      }),
      { numRuns: 40 },
    );
  });

  it('counts the cycles of a known filter', () => {
    // 3 = 2 + 1 in two planes, -4 a digit of the third, 5 = 4 + 1: five digits, three planes.
    expect(bitLayerCycles({ weights: [3, -4, 0, 5] })).toBe(8);
    // 127 in seven planes has seven digits; with an eighth it is 128 - 1.
    expect(bitLayerCycles({ weights: [127] })).toBe(10);
  });

  it('takes other weights of as many taps while it is in reset', () => {
    const first = { weights: [1, 0, -3], samplesPerResult: 3 };
    const second: BitLayerWeights = { weights: [-100, 77, 5], samplesPerResult: 3 };
    const unit = pvqBitLayer({
      ...{ name, ...first, sampleWidth: 8 },
      reload: { codeWords: 40, resultWidth: 18 },
    });
    const simulation = simulate(unit.component.design, { powerUpSeed: 5 });
    simulation.poke('code_write', 0);
    simulation.poke('code_address', 0);
    simulation.poke('code_word', 0);
    const samples = [-128n, 127n, 5n];
    const results = (): readonly bigint[] =>
      throughHandshake(simulation, ports, samples, 1).map(({ result }) => result);
    expect(results()).toEqual(pvqBitLayerModel(first, samples));
    simulation.poke('rst', 1);
    simulation.poke('code_write', 1);
    packedCode(bitLayerCode(second), 3).forEach((word, address) => {
      simulation.poke('code_address', address);
      simulation.poke('code_word', word);
      simulation.step();
    });
    simulation.poke('code_write', 0);
    simulation.poke('rst', 0);
    expect(results()).toEqual(pvqBitLayerModel(second, samples));
  });

  it.each([
    [{ weights: [], sampleWidth: 8 }, 'number of weights must be an integer from 1 to 4096, not 0'],
    [{ weights: [0, 0], sampleWidth: 8 }, 'weights must not all be 0: there would be no pulse to add'],
    [
      { weights: [1, 0.5], sampleWidth: 8 },
      'weight 1 must be an integer from -1073741824 to 1073741824, not 0.5',
    ],
    [{ weights: [1], sampleWidth: 1 }, 'sampleWidth must be an integer from 2 to 32, not 1'],
    [
      { weights: [1], sampleWidth: 8, samplesPerResult: 2 },
      'samplesPerResult must be an integer from 1 to 1, not 2',
    ],
    [
      { weights: [5, 5], sampleWidth: 8, reload: { codeWords: 3, resultWidth: 40 } },
      'reload.codeWords must be an integer from 7 to 65536, not 3',
    ],
  ])('refuses %j', (params, message) => {
    expect(() => pvqBitLayer({ name, ...params })).toThrow(`UNIT001: pvqBitLayer: ${message}`);
  });
});
