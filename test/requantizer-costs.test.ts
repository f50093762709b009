/** Cost formulas of the small requantizers beside what Yosys (npm) counts. */
import { describe, expect, it } from 'vitest';
import {
  requantizeConstant,
  requantizeConstantCost,
  requantizeSerial,
  requantizeSerialCost,
  requantizeThresholds,
  requantizeThresholdsCost,
  staircaseOf,
} from '../src/units/index.js';
import { mappedTogether } from './helpers/mapped-together.js';
import { narrow } from './helpers/mapped.js';

const bytes = { lo: -128n, hi: 127n } as const;
const few = { multiplier: 333n, addend: 9n, shift: 14n, rounding: 'halfEven' } as const;
const small = { ...few, zeroPoint: 0n, lo: -4n, hi: 3n };
const wide = {
  multiplier: -20_117n,
  addend: 77_777n,
  shift: 17n,
  rounding: 'halfEven',
  zeroPoint: 3n,
} as const;
const odd = { multiplier: 23_405n, addend: 0n, shift: 24n, rounding: 'halfUp', zeroPoint: 0n } as const;
const levels = { ...odd, lo: 0n, hi: 15n };
const away = { multiplier: 1003n, addend: 1234n, shift: 18n, rounding: 'halfAwayFromZero' } as const;

const serials = [
  { accWidth: 20, multiplierWidth: 16, addendWidth: 36, shiftMax: 31, resultWidth: 9, ties: true },
  { accWidth: 16, multiplierWidth: 8, addendWidth: 24, shiftMax: 20, resultWidth: 8, ties: false },
];
const constants = [
  { name: 'constant_small', accWidth: 12, resultWidth: 4, scale: small },
  { name: 'constant_wide', accWidth: 20, resultWidth: 8, scale: { ...wide, ...bytes } },
  { name: 'constant_odd', accWidth: 20, resultWidth: 9, scale: levels },
  { name: 'constant_away', accWidth: 16, resultWidth: 8, scale: { ...away, zeroPoint: -5n, ...bytes } },
];
const staircases = (['comparators', 'search'] as const).flatMap((structure) => [
  { name: `steps_${structure}`, accWidth: 12, resultWidth: 4, staircase: staircaseOf(small, 12), structure },
  {
    name: `levels_${structure}`,
    accWidth: 20,
    resultWidth: 5,
    staircase: staircaseOf(levels, 20),
    structure,
  },
]);

describe('cost formulas of requantizers', () => {
  it.each(['ice40', 'ecp5'] as const)(
    'are within a tenth of synthesis on %s, the serial one within a twentieth',
    async (family) => {
      const cases = [
        ...serials.map((p) => ({ unit: requantizeSerial(p), cost: requantizeSerialCost(p), within: 0.05 })),
        ...constants.map((p) => ({
          unit: requantizeConstant(p),
          cost: requantizeConstantCost(p, family),
          within: 0.1,
        })),
        ...staircases.map((p) => ({
          unit: requantizeThresholds(p),
          cost: requantizeThresholdsCost(p, family),
          within: 0.1,
        })),
      ];
      const designs = cases.map(({ unit }) => unit.component.design);
      const found = await mappedTogether(designs, family, { ...narrow(family), dsp: false });
      cases.forEach(({ unit, cost, within }, index) => {
        const { luts = 0, registers = 0 } = found[index] ?? {};
        const name = `${unit.component.design.name}: ${luts}, ${registers}; said ${cost.luts}, ${cost.registers}`;
        expect.soft(Math.abs(cost.luts / luts - 1), name).toBeLessThan(within);
        expect.soft(Math.abs(cost.registers / registers - 1), name).toBeLessThan(within);
      });
    },
    1_800_000,
  );
});
