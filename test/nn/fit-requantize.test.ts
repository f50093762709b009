import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundHalfEven, roundShift } from '../../src/num/index.js';
import { narrowestWindow, withinWindow } from '../../src/nn/choose-shifts.js';
import { fitLayer, type FitOptions, type WantedChannel } from '../../src/nn/fit-requantize.js';

/** y = clamp(roundHalfEven(acc * slope + offset) + zeroPoint): what a quantizer behind a folded normalization wants. */
function channel(
  slope: number,
  offset: number,
  reach: number,
  { lo, hi, zeroPoint }: FitOptions,
): WantedChannel {
  const wanted = (acc: number): number =>
    Math.min(hi, Math.max(lo, roundHalfEven(acc * slope + offset) + zeroPoint));
  return { acc: { lo: -reach, hi: reach }, wanted, slope, offset };
}

const options = fc
  .record({
    bits: fc.integer({ min: 2, max: 8 }),
    signed: fc.boolean(),
    multiplierBits: fc.integer({ min: 6, max: 20 }),
    zero: fc.nat(3),
  })
  .map(({ bits, signed, multiplierBits, zero }): FitOptions => {
    const lo = signed ? -(2 ** (bits - 1)) : 0;
    return { lo, hi: lo + 2 ** bits - 1, zeroPoint: zero === 0 ? 0 : lo + zero - 1, multiplierBits };
  });

const slope = fc
  .oneof(
    fc.double({ min: 1e-4, max: 3, noNaN: true }),
    fc.integer({ min: -8, max: 1 }).map((e) => 2 ** e),
  )
  .chain((s) => fc.constantFrom(s, -s));

test('exact where it says exact; otherwise the reported deviation is the true one', () => {
  fc.assert(
    fc.property(
      options,
      slope,
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 1500 }),
      (o, s, offset, reach) => {
        const dyadic = Number.isInteger(Math.log2(Math.abs(s)));
        const c = channel(s, dyadic ? Math.round(offset * 4) / 4 : offset, reach, o);
        const { rounding, channels } = fitLayer([c], o);
        const [fit] = channels;
        if (fit === undefined) throw new Error('no channel');
        expect(fit.candidates.length).toBeGreaterThan(0);
        for (const { multiplier, addend, shift } of fit.candidates) {
          expect(Math.abs(multiplier)).toBeLessThan(2 ** (o.multiplierBits - 1));
          let greatest = 0;
          let count = 0;
          for (let acc = c.acc.lo; acc <= c.acc.hi; acc++) {
            const got = Math.min(
              o.hi,
              Math.max(o.lo, roundShift(acc * multiplier + addend, shift, rounding) + o.zeroPoint),
            );
            const steps = Math.abs(got - c.wanted(acc));
            greatest = Math.max(greatest, steps);
            if (steps > 0) count++;
          }
          expect({ greatest, count }).toEqual({
            greatest: fit.greatestDeviation,
            count: fit.deviatingValues,
          });
        }
        expect(fit.exact).toBe(fit.deviatingValues === 0);
      },
    ),
    { numRuns: 120 },
  );
});

test('powers of two with ties on the grid are exact, by halfEven', () => {
  const o: FitOptions = { lo: 0, hi: 255, zeroPoint: 0, multiplierBits: 16 };
  const fit = fitLayer([channel(1 / 16, 0, 5000, o)], o);
  expect(fit.rounding).toBe('halfEven');
  expect(fit.channels[0]?.candidates).toContainEqual({ multiplier: 1, addend: 0, shift: 4 });
});

test('a sign function needs no zero: multiplier 2, odd addend', () => {
  const o: FitOptions = { lo: -1, hi: 1, zeroPoint: 0, multiplierBits: 16 };
  const fit = fitLayer(
    [{ acc: { lo: -10, hi: 10 }, wanted: (acc) => (acc >= 3 ? 1 : -1), slope: 2, offset: 0 }],
    o,
  );
  expect(fit.channels[0]?.candidates).toContainEqual({ multiplier: 2, addend: -5, shift: 0 });
});

test('a constant channel has multiplier 0 at every shift', () => {
  const o: FitOptions = { lo: -8, hi: 7, zeroPoint: 1, multiplierBits: 16 };
  const fit = fitLayer([channel(0, 100, 50, o)], o);
  expect(fit.channels[0]?.candidates[3]).toEqual({ multiplier: 0, addend: 6 * 8, shift: 3 });
});

test('the narrowest window of shifts, and the smallest multiplier inside it', () => {
  const sets = [
    [14, 15, 16],
    [16, 17],
    [12, 16, 20],
  ];
  expect(narrowestWindow(sets)).toEqual({ lo: 16, hi: 16 });
  expect(narrowestWindow([[1], [4, 5]])).toEqual({ lo: 1, hi: 4 });
  expect(withinWindow([{ shift: 9 }, { shift: 7 }, { shift: 3 }], { lo: 5, hi: 9 })).toEqual({ shift: 7 });
});
