import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamThrough } from '../testing/stream.js';
import { sintValue, tritCode } from '../testing/values.js';
import { ternaryPeModel } from './model.js';
import { ternaryPe } from './unit.js';

const cases = fc
  .record({
    actWidth: fc.integer({ min: 1, max: 16 }),
    psumWidth: fc.integer({ min: 1, max: 40 }),
    narrower: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ actWidth, psumWidth, narrower }) => {
    const exact = ternaryPe({ actWidth, psumWidth }).resultWidth;
    return { actWidth, psumWidth, resultWidth: Math.max(1, exact - narrower) };
  })
  .chain((params) =>
    fc.tuple(
      fc.constant(params),
      fc.array(
        fc.record({ psum: sintValue(params.psumWidth), act: sintValue(params.actWidth), weight: tritCode }),
        { minLength: 1, maxLength: 60 },
      ),
    ),
  );

describe('ternaryPe', () => {
  it('adds, subtracts or skips exactly, one cycle later', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        const { component, latencyCycles } = ternaryPe(params);
        const results = streamThrough(component.design, vectors, latencyCycles, 'result');
        expect(results).toEqual(vectors.map((vector) => ternaryPeModel(params, vector)));
      }),
      { numRuns: 60 },
    );
  });

  it('holds the negation of the most negative activation', () => {
    const { component, resultWidth } = ternaryPe({ actWidth: 8, psumWidth: 8 });
    expect(resultWidth).toBe(9);
    expect(streamThrough(component.design, [{ psum: 127n, act: -128n, weight: 3n }], 1, 'result')).toEqual([
      255n,
    ]);
  });
});
