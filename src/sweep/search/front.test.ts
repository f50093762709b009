import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canRun, engineSetsOf } from './formats.js';
import { firstThatPasses, frontOf } from './front.js';

const designs = fc.array(
  fc.record({ cost: fc.integer({ min: 0, max: 20 }), loss: fc.integer({ min: 0, max: 20 }) }),
  { maxLength: 40 },
);

describe('the front of cost against loss', () => {
  it('holds nothing that another design beats, and beats or equals everything it leaves out', () => {
    fc.assert(
      fc.property(designs, (all) => {
        const front = frontOf(all);
        for (const [i, { cost, loss }] of front.entries()) {
          const before = front[i - 1];
          if (before !== undefined) expect(before.cost < cost && before.loss > loss).toBe(true);
        }
        for (const one of all)
          expect(front.some(({ cost, loss }) => cost <= one.cost && loss <= one.loss)).toBe(true);
      }),
    );
  });
});

describe('halving', () => {
  it('finds the first that passes where all after it pass too, in at most log2 trials', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(200), fc.nat(220), async (count, first) => {
        let trials = 0;
        const found = await firstThatPasses(
          Array.from({ length: count }, (_, i) => i),
          (candidate) => {
            trials++;
            return Promise.resolve(candidate >= first);
          },
        );
        expect(found).toBe(first < count ? first : undefined);
        expect(trials).toBeLessThanOrEqual(Math.ceil(Math.log2(count + 1)));
      }),
    );
  });
});

describe('sets of engines', () => {
  const sets = engineSetsOf({
    ...{ intBits: [8, 4], ternary: true, powerOfTwoBits: [5, 3], pvqRatios: [], factors: [] },
  });

  it('are every combination, each with integers for depthwise layers and pooling', () => {
    const combinations = [false, true].flatMap((ternary) =>
      [0, 3, 5].flatMap((shiftBits) => [4, 8].map((intBits) => ({ ternary, shiftBits, intBits }))),
    );
    expect(sets).toHaveLength(combinations.length);
    expect(sets).toEqual(expect.arrayContaining(combinations));
  });

  it('run the formats that their widths hold', () => {
    const [set] = sets.filter(
      ({ ternary, shiftBits, intBits }) => ternary && shiftBits === 3 && intBits === 4,
    );
    if (set === undefined) throw new Error('the set is there');
    expect(canRun(set, { kind: 'int', bits: 4 })).toBe(true);
    expect(canRun(set, { kind: 'int', bits: 6 })).toBe(false);
    expect(canRun(set, { kind: 'factors', bits: 6, rate: 1.5 })).toBe(false);
    expect(canRun(set, { kind: 'powerOfTwo', bits: 3 })).toBe(true);
    expect(canRun(set, { kind: 'powerOfTwo', bits: 4 })).toBe(false);
    expect(canRun(set, { kind: 'pvq', ratio: 2 })).toBe(true);
    expect(canRun({ ...set, ternary: false }, { kind: 'ternary', scale: 'absmean' })).toBe(false);
  });
});
