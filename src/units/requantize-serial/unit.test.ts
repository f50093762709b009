import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { requantizeByContract } from '../requantize/model.js';
import { accFor, scaleFor } from '../testing/scales.js';
import { requantizeSerialCycles, requantizeSerialModel, serialInputsForContract } from './model.js';
import { requantizeSerial, type RequantizeSerialParams } from './unit.js';

const multiplierWidth = 18;
const parameters = (accWidth: number, resultWidth: number): RequantizeSerialParams => ({
  ...{ accWidth, resultWidth, multiplierWidth, addendWidth: 56, shiftMax: 47, ties: true },
});

const cases = fc
  .record({ accWidth: fc.integer({ min: 2, max: 24 }), resultWidth: fc.integer({ min: 2, max: 12 }) })
  .chain((widths) => scaleFor(widths.resultWidth, 40).map((scale) => ({ ...widths, scale })))
  // Below 1/2, with the room of two bits that the multiplier's width leaves.
  .filter(
    ({ scale: { multiplier, shift } }) =>
      multiplier ** 2n < 1n << (2n * shift - 2n > 0n ? 2n * shift - 2n : 0n),
  )
  // lo and hi are relative to the zero point in the unit; all three enter as results do.
  .filter(({ scale: { lo, hi, zeroPoint }, resultWidth }) => {
    const end = 1n << BigInt(resultWidth - 1);
    return lo - zeroPoint >= -end && hi - zeroPoint < end && zeroPoint >= -end && zeroPoint < end;
  })
  .chain(({ scale, accWidth, resultWidth }) =>
    fc.record({
      scale: fc.constant(scale),
      params: fc.constant(parameters(accWidth, resultWidth)),
      accs: fc.array(accFor(scale, accWidth), { minLength: 1, maxLength: 5 }),
    }),
  );

describe('requantizeSerial', () => {
  it('is the integer contract, shift + 4 cycles after each start', () => {
    fc.assert(
      fc.property(cases, ({ params, scale, accs }) => {
        const simulation = simulate(requantizeSerial(params).component.design, { powerUpSeed: 1 });
        for (const acc of accs) {
          const inputs = serialInputsForContract(params, acc, scale);
          expect(requantizeSerialModel(params, inputs)).toBe(requantizeByContract(acc, scale));
          const { zeroPoint, tieMode = 0n, ...ports } = inputs;
          for (const [name, value] of Object.entries({ ...ports, zero_point: zeroPoint, tie_mode: tieMode }))
            simulation.poke(name, value);
          simulation.poke('start', 1);
          simulation.step();
          simulation.poke('start', 0);
          let cycles = 1;
          while (simulation.peek('done') === 0n && cycles < 100) {
            simulation.step();
            cycles++;
          }
          expect([cycles, simulation.peek('value')]).toEqual([
            requantizeSerialCycles(inputs.shift),
            requantizeByContract(acc, scale),
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses factors that its multiplier has no bits for', () => {
    const scale = { multiplier: 100n, addend: 0n, shift: 4n, rounding: 'halfUp', zeroPoint: 0n } as const;
    expect(() => serialInputsForContract({ multiplierWidth: 8 }, 1n, { ...scale, lo: 0n, hi: 1n })).toThrow(
      'UNIT001: requantizeSerial: multiplier 100 with shift 4 is too great for 8 bits: |factor| must be below 1/2',
    );
  });
});
