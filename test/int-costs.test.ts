/** Cost formulas of the integer units beside what Yosys (npm) counts. */
import { describe, expect, it } from 'vitest';
import { intMac, intMacCost, recodedDot, recodedDotCost } from '../src/units/index.js';
import { mapped } from './helpers/mapped.js';

const dots = [
  { products: 8, actWidth: 8, weightWidth: 8 },
  { products: 5, actWidth: 6, weightWidth: 5 },
];
const macs = [
  { actWidth: 8, weightWidth: 8, accWidth: 24, implementation: 'lut' },
  { actWidth: 16, weightWidth: 16, accWidth: 40, implementation: 'lut' },
] as const;

const cases = (['ice40', 'ecp5'] as const).flatMap((target) => [
  ...dots.map((params) => ({
    target,
    design: recodedDot(params).component.design,
    cost: recodedDotCost(params, target),
  })),
  ...macs.map((params) => ({
    target,
    design: intMac(params).component.design,
    cost: intMacCost(params, target),
  })),
]);

describe('cost formulas', () => {
  it.each(cases)(
    'are within a tenth of synthesis: $design.name on $target',
    async ({ design, target, cost }) => {
      const { luts, registers } = (await mapped(design, target, { dsp: false })).counts;
      expect(Math.abs(cost.luts / luts - 1)).toBeLessThan(0.1);
      expect(Math.abs(cost.registers / registers - 1)).toBeLessThan(0.1);
    },
    600_000,
  );
});
