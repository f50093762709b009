/** Cost formulas of the integer units beside what Yosys (npm) counts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitVerilog, type Design } from '../src/hdl/index.js';
import { findDevice, synthesize } from '../src/synth/index.js';
import { intMac, intMacCost, recodedDot, recodedDotCost } from '../src/units/index.js';

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
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-costs-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  const counted = async (design: Design, target: 'ice40' | 'ecp5') => {
    const { counts } = await synthesize({
      verilogFiles: emitVerilog(design).files,
      top: design.name,
      device: findDevice(target === 'ice40' ? 'hx8k' : 'ecp5-85k'),
      options: { dsp: false },
      tools: { force: 'npm' },
      cache,
    });
    return counts;
  };

  it.each(cases)(
    'are within a tenth of synthesis: $design.name on $target',
    async ({ design, target, cost }) => {
      const { luts, registers } = await counted(design, target);
      expect(Math.abs(cost.luts / luts - 1)).toBeLessThan(0.1);
      expect(Math.abs(cost.registers / registers - 1)).toBeLessThan(0.1);
    },
    600_000,
  );
});
