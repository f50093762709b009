import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOfTwoCode } from '../power-of-two-dot/code.js';
import { streamThrough } from '../testing/stream.js';
import { sintValue, uintValue } from '../testing/values.js';
import { powerOfTwoPeModel } from './model.js';
import { powerOfTwoPe } from './unit.js';

const cases = fc
  .record({
    actWidth: fc.integer({ min: 1, max: 16 }),
    codeBits: fc.integer({ min: 2, max: 5 }),
    psumWidth: fc.integer({ min: 1, max: 40 }),
    narrower: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ narrower, ...params }) => {
    const exact = powerOfTwoPe(params).resultWidth;
    return { ...params, resultWidth: Math.max(1, exact - narrower) };
  })
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(
        fc.record({
          psum: sintValue(params.psumWidth),
          act: sintValue(params.actWidth),
          weight: uintValue(params.codeBits),
        }),
        { minLength: 1, maxLength: 60 },
      ),
    ),
  );

describe('powerOfTwoPe', () => {
  it('adds, subtracts or skips the shifted activation exactly, one cycle later', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        const { component, latencyCycles } = powerOfTwoPe(params);
        const results = streamThrough(component.design, vectors, latencyCycles, 'result');
        expect(results).toEqual(vectors.map((vector) => powerOfTwoPeModel(params, vector)));
      }),
      { numRuns: 40 },
    );
  });

  it('holds the greatest sum: the most negative activation times the most negative weight', () => {
    const { component, resultWidth } = powerOfTwoPe({ actWidth: 8, codeBits: 4, psumWidth: 12 });
    const inputs = [{ psum: 2047n, act: -128n, weight: powerOfTwoCode(-8n, 4) }];
    expect(resultWidth).toBe(13);
    expect(streamThrough(component.design, inputs, 1, 'result')).toEqual([3071n]);
  });
});
