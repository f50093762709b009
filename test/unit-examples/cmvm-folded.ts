/** Folded constant matrices: one value a cycle, groups that do not divide the matrix, everything at once. */
import type { Design } from '../../src/hdl/index.js';
import { cmvmFolded } from '../../src/units/index.js';

const matrix = [
  [7, -3, 0],
  [0, 0, 0],
  [-128, 1, 85],
];

export const examples: readonly Design[] = [
  cmvmFolded({
    name: 'fold_in_1',
    matrix,
    inputWidth: 5,
    inputSigned: true,
    fold: { side: 'inputs', perCycle: 1 },
  }),
  cmvmFolded({
    name: 'fold_in_2',
    matrix,
    inputWidth: 8,
    inputSigned: false,
    fold: { side: 'inputs', perCycle: 2 },
  }),
  cmvmFolded({
    name: 'fold_out_1',
    matrix,
    inputWidth: 8,
    inputSigned: true,
    fold: { side: 'outputs', perCycle: 1 },
  }),
  cmvmFolded({
    name: 'fold_out_3',
    matrix,
    inputWidth: 1,
    inputSigned: false,
    fold: { side: 'outputs', perCycle: 3 },
  }),
].map(({ component }) => component.design);
