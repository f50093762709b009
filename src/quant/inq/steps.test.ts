/** Portions, epochs and the growing frozen set. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inqBits } from './levels.js';
import { growFrozen, magnitudeOrder, randomOrder } from './partition.js';
import { automaticSchedule, paperPortions, scheduleFor, spreadEpochs } from './schedule.js';

describe('portions', () => {
  it.each([
    { portions: [0.5, 0.75], says: 'do not end at 1' },
    { portions: [], says: 'do not end at 1' },
    { portions: [0.5, 0.5, 1], says: 'see entry 2' },
    { portions: [0, 1], says: 'see entry 1' },
    { portions: [0.5, 1.5], says: 'see entry 2' },
    { portions: [Number.NaN, 1], says: 'see entry 1' },
  ])('$portions is an error', ({ portions, says }) => {
    expect(() => scheduleFor(portions, 4)).toThrow(says);
    expect(() => scheduleFor(portions, 4)).toThrow('QT202');
  });

  it("the automatic schedule for 5 bits is the paper's", () => {
    expect(automaticSchedule(5, 3)).toEqual([
      { portion: 0.5, epochs: 1 },
      { portion: 0.75, epochs: 1 },
      { portion: 0.875, epochs: 1 },
      { portion: 1, epochs: 0 },
    ]);
  });

  it('quantizes at once without epochs, in halves with few', () => {
    expect(automaticSchedule(3, 0)).toEqual([{ portion: 1, epochs: 0 }]);
    expect(automaticSchedule(3, 1).map(({ portion }) => portion)).toEqual([0.5, 1]);
  });

  it('the automatic schedule spends exactly the epochs, late steps no shorter, never freezing more than half of what is free', () => {
    fc.assert(
      fc.property(fc.constantFrom(...inqBits), fc.integer({ min: 0, max: 60 }), (bits, epochs) => {
        const steps = automaticSchedule(bits, epochs);
        expect(steps.reduce((sum, step) => sum + step.epochs, 0)).toBe(epochs);
        steps.slice(0, -1).forEach((step, i) => {
          const freeBefore = 1 - (steps[i - 1]?.portion ?? 0);
          expect(1 - step.portion).toBeGreaterThanOrEqual(freeBefore / 2 - 1e-12);
          expect(step.epochs).toBeGreaterThanOrEqual(Math.max(1, (steps[i - 1]?.epochs ?? 0) - 1));
        });
        if (epochs >= paperPortions[bits].length - 1)
          expect(steps.at(-2)?.portion).toBeCloseTo(paperPortions[bits].at(-2) ?? 0, 12);
      }),
    );
  });

  it('spreads epochs in proportion to 1, 2, 3 above one each, or over the last steps only', () => {
    expect(spreadEpochs(9, 3)).toEqual([2, 3, 4]);
    expect(spreadEpochs(2, 3)).toEqual([0, 1, 1]);
    expect(spreadEpochs(5, 0)).toEqual([]);
  });
});

describe('the frozen set', () => {
  const values = fc
    .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 })
    .map((list) => Float32Array.from(list));

  it('trap 5: only grows, to the portion, whatever the order says later', () => {
    fc.assert(
      fc.property(values, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (weights, portions) => {
        let frozen = new Uint8Array(weights.length);
        portions
          .sort((a, b) => a - b)
          .forEach((portion, step) => {
            const grown = growFrozen(frozen, randomOrder(weights.length, step), portion);
            expect(frozen.every((bit, i) => bit <= (grown[i] ?? 0))).toBe(true);
            expect(grown.reduce((sum, bit) => sum + bit, 0)).toBe(Math.round(portion * weights.length));
            frozen = Uint8Array.from(grown);
          });
      }),
    );
  });

  it('by magnitude: no free weight is greater than a newly frozen one', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (weights, portion) => {
        const frozen = growFrozen(new Uint8Array(weights.length), magnitudeOrder(weights), portion);
        const sizes = (bit: number): number[] =>
          [...weights].filter((_, i) => frozen[i] === bit).map((w) => Math.abs(w));
        expect(Math.min(...sizes(1))).toBeGreaterThanOrEqual(Math.max(-Infinity, ...sizes(0)));
      }),
    );
  });

  it('at random: a permutation, the same for the same seed', () => {
    expect([...randomOrder(100, 7)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(randomOrder(100, 7)).toEqual(randomOrder(100, 7));
    expect(randomOrder(100, 7)).not.toEqual(randomOrder(100, 8));
  });
});
