import { describe, expect, it } from 'vitest';
import { lintVerilog } from '../../test/helpers/lint.js';
import { emitVerilog, type Design } from '../hdl/index.js';
import { intDot, recodedDot, requantize, ternaryDot, ternaryPe } from './index.js';

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

const designs: readonly Design[] = [
  ternaryDot({ rows: 1, actWidth: 1 }).component.design,
  ternaryDot({ rows: 5, actWidth: 9 }).component.design,
  ternaryDot({ rows: 64, actWidth: 8, levelsPerStage: 3 }).component.design,
  ternaryPe({ actWidth: 8, psumWidth: 1 }).component.design,
  ternaryPe({ actWidth: 9, psumWidth: 12, resultWidth: 12 }).component.design,
  intDot({ products: 1, actWidth: 8, weightWidth: 8 }).component.design,
  intDot({ products: 3, actWidth: 1, weightWidth: 9, operandStages: 1 }).component.design,
  recodedDot({ products: 3, actWidth: 8, weightWidth: 7 }).component.design,
  recodedDot({ products: 1, actWidth: 1, weightWidth: 2, recodeStages: 0 }).component.design,
  requantize(scale).component.design,
  requantize({ ...scale, multiplier: 'recoded' }).component.design,
  requantize({ ...scale, ties: false, pairs: false, multiplierStages: 3 }).component.design,
  requantize({ ...scale, shiftMin: 12, shiftMax: 12, multiplierStages: 1 }).component.design,
  requantize({ ...scale, shiftMin: 36, shiftMax: 37, resultWidth: 16 }).component.design,
  requantize({ ...scale, accWidth: 8, multiplierWidth: 40, addendWidth: 50, sumWidth: 24, shiftMax: 20 })
    .component.design,
];

describe('Verilog of the units', () => {
  it.each(designs.map((design) => [design.name, design] as const))('%s is clean', async (_name, design) => {
    expect(await lintVerilog(emitVerilog(design).files, design.name)).toBe('');
  });
});
