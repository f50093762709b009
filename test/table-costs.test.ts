/** Bounds on approximate multipliers and dot products of tables beside what Yosys (npm) counts. */
import { describe, expect, it } from 'vitest';
import {
  approxMultiplier,
  approxMultiplierCost,
  exactTable,
  signMagnitudeDot,
  signMagnitudeDotCost,
  tableDot,
  tableDotCost,
  type ApproxMultiplierParams,
  type SignMagnitudeDotParams,
  type TableDotParams,
} from '../src/units/index.js';
import { mappedTogether } from './helpers/mapped-together.js';
import { narrow } from './helpers/mapped.js';

const signed = { aWidth: 7, bWidth: 5, aSigned: true, bSigned: true };
const small = { aWidth: 2, bWidth: 3 };
const multipliers: readonly ApproxMultiplierParams[] = [
  { aWidth: 6, bWidth: 6, kind: 'exact' },
  { ...signed, kind: 'truncated', columns: 6, compensation: 'mean' },
  { ...signed, kind: 'brokenArray', vertical: 5, horizontal: 1 },
  { aWidth: 8, bWidth: 8, kind: 'operandTrimmed', aDropped: 4, bDropped: 3, fill: 'half' },
  { aWidth: 8, bWidth: 4, bSigned: true, kind: 'logarithmic', correction: 'minimallyBiased' },
  { aWidth: 6, bWidth: 6, kind: 'logarithmic' },
  { ...signed, kind: 'iterativeLogarithmic', terms: 2 },
  { aWidth: 8, bWidth: 8, kind: 'dynamicRange', bits: 4 },
  {
    ...{ aWidth: 5, bWidth: 4, kind: 'recursive' },
    lowLow: { kind: 'table', table: exactTable({ aWidth: 2, bWidth: 2 }).with(15, 7) },
    highLow: { kind: 'dynamicRange', bits: 2 },
    lowHigh: { kind: 'exact' },
    highHigh: { kind: 'exact' },
  },
  { ...small, kind: 'table', table: exactTable(small).map((product) => 7 - product) },
  { aWidth: 4, bWidth: 4, kind: 'table', table: exactTable({ aWidth: 4, bWidth: 4 }) },
];
const table = exactTable({ aWidth: 3, bWidth: 3, aSigned: true, bSigned: true });
const operands = { actWidth: 3, weightWidth: 3, actSigned: true, weightSigned: true };
const dots: readonly TableDotParams[] = [
  { ...operands, products: 5, multiplier: { kind: 'table', table } },
  { ...operands, products: 3, multiplier: { kind: 'table', table }, storage: 'rom' },
  { ...operands, products: 4, multiplier: { kind: 'logarithmic' }, levelsPerStage: 2 },
];

const signed4 = { actWidth: 4, magnitudeWidth: 3 };
const signedDots: readonly SignMagnitudeDotParams[] = [
  { ...signed4, products: 4, multiplier: { kind: 'logarithmic' } },
  { ...signed4, products: 3, multiplier: { kind: 'exact' }, levelsPerStage: 2 },
];

describe.each(['ice40', 'ecp5'] as const)('cost bounds on %s', (family) => {
  it('are not below synthesis for approximate products and their sums', async () => {
    const cases = [
      ...multipliers.map((p) => ({ unit: approxMultiplier(p), cost: approxMultiplierCost(p) })),
      ...dots.map((p) => ({ unit: tableDot(p), cost: tableDotCost(p) })),
      ...signedDots.map((p) => ({ unit: signMagnitudeDot(p), cost: signMagnitudeDotCost(p) })),
    ];
    const designs = cases.map(({ unit }) => unit.component.design);
    const found = await mappedTogether(designs, family, { ...narrow(family), dsp: false });
    cases.forEach(({ unit, cost }, index) => {
      const { luts = Infinity, registers = Infinity } = found[index] ?? {};
      const name = `${unit.component.design.name}: ${luts}, ${registers}; at most ${cost.luts}, ${cost.registers}`;
      expect.soft(luts, name).toBeLessThanOrEqual(cost.luts);
      expect.soft(registers, name).toBe(cost.registers);
    });
  }, 1_800_000);
});
