/** Parameters at the ends of their ranges, for test/units-all.test.ts. */
import type { Design } from '../../src/hdl/index.js';
import { cmvm } from '../../src/units/cmvm/unit.js';
import { intDot, recodedDot, requantize, ternaryDot, ternaryPe } from '../../src/units/index.js';

const scale = {
  accWidth: 20,
  multiplierWidth: 16,
  addendWidth: 30,
  sumWidth: 38,
  shiftMin: 0,
  shiftMax: 30,
  resultWidth: 9,
  ties: true,
  pairs: true,
  multiplierStages: 2,
} as const;
const matrix = [
  [7, -3, 0],
  [0, 0, 0],
  [-128, 1, 85],
];

export const examples: readonly Design[] = [
  ternaryDot({ rows: 1, actWidth: 1 }),
  ternaryDot({ rows: 13, actWidth: 9 }),
  ternaryDot({ rows: 5, actWidth: 7, levelsPerStage: 3 }),
  ternaryPe({ actWidth: 8, psumWidth: 1 }),
  ternaryPe({ actWidth: 9, psumWidth: 12, resultWidth: 12 }),
  intDot({ products: 1, actWidth: 8, weightWidth: 8 }),
  intDot({ products: 3, actWidth: 1, weightWidth: 9, operandStages: 1 }),
  recodedDot({ products: 3, actWidth: 8, weightWidth: 7 }),
  recodedDot({ products: 1, actWidth: 1, weightWidth: 2, recodeStages: 0 }),
  requantize(scale),
  requantize({ ...scale, multiplier: 'recoded' }),
  requantize({ ...scale, ties: false, pairs: false, multiplierStages: 3 }),
  requantize({ ...scale, shiftMin: 36, shiftMax: 37, resultWidth: 16 }),
  requantize({ ...scale, accWidth: 8, multiplierWidth: 40, addendWidth: 50, sumWidth: 24, shiftMax: 20 }),
  cmvm({ name: 'cmvm_ice40', matrix, inputWidth: 5, inputSigned: true, target: 'ice40' }),
  cmvm({ name: 'cmvm_ecp5', matrix, inputWidth: 9, inputSigned: false, target: 'ecp5', levelsPerStage: 2 }),
  cmvm({
    name: 'cmvm_flat',
    matrix: [[1]],
    inputWidth: 1,
    inputSigned: true,
    target: 'ecp5',
    levelsPerStage: 0,
  }),
].map(({ component }) => component.design);
