/** Approximate multipliers and dot products of tables at the ends of their parameter ranges. */
import type { Design } from '../../src/hdl/index.js';
import {
  approxMultiplier,
  exactTable,
  signMagnitudeDot,
  tableDot,
  type ApproxMultiplierParams,
} from '../../src/units/index.js';

const signed = { aWidth: 7, bWidth: 5, aSigned: true, bSigned: true };
const small = { aWidth: 2, bWidth: 3 };

const multipliers: readonly ApproxMultiplierParams[] = [
  { aWidth: 1, bWidth: 1, kind: 'exact' },
  { ...signed, kind: 'truncated', columns: 6, compensation: 'mean' },
  { ...signed, kind: 'brokenArray', vertical: 5, horizontal: 5 },
  { aWidth: 8, bWidth: 8, kind: 'operandTrimmed', aDropped: 7, bDropped: 3, fill: 'half' },
  { aWidth: 9, bWidth: 4, bSigned: true, kind: 'logarithmic', correction: 'minimallyBiased' },
  { ...signed, kind: 'iterativeLogarithmic', terms: 2 },
  { aWidth: 12, bWidth: 3, kind: 'dynamicRange', bits: 4 },
  {
    ...{ aWidth: 5, bWidth: 4, kind: 'recursive' },
    lowLow: { kind: 'table', table: exactTable({ aWidth: 2, bWidth: 2 }).with(15, 7) },
    highLow: { kind: 'dynamicRange', bits: 2 },
    lowHigh: { kind: 'exact' },
    highHigh: { kind: 'exact' },
  },
  { ...small, kind: 'table', table: exactTable(small).map((product) => 7 - product) },
];

const table = exactTable({ aWidth: 3, bWidth: 3, aSigned: true, bSigned: true });
const operands = { actWidth: 3, weightWidth: 3, actSigned: true, weightSigned: true };

const magnitudes = { actWidth: 4, magnitudeWidth: 3 };

export const examples: readonly Design[] = [
  ...multipliers.map(approxMultiplier),
  tableDot({ ...operands, products: 1, multiplier: { kind: 'table', table } }),
  tableDot({ ...operands, products: 5, multiplier: { kind: 'table', table }, storage: 'rom' }),
  tableDot({ ...operands, products: 9, multiplier: { kind: 'logarithmic' }, levelsPerStage: 2 }),
  signMagnitudeDot({ ...magnitudes, products: 1, multiplier: { kind: 'exact' } }),
  signMagnitudeDot({
    ...{ ...magnitudes, products: 7, levelsPerStage: 3 },
    multiplier: { kind: 'truncated', columns: 3, compensation: 'mean' },
  }),
].map(({ component }) => component.design);
