/** The units whose options of synthesis are measured, and the sums whose structures are. */
import type { Design } from '../../src/hdl/index.js';
import {
  cmvm,
  intDot,
  powerOfTwoDot,
  recodedDot,
  requantize,
  ternaryDot,
  type UnitSynthesis,
  type UnitTarget,
} from '../../src/units/index.js';

export interface Subject {
  /** Of the module's name. */
  readonly prefix: string;
  readonly make: (target: UnitTarget) => Design;
}

const scale = {
  accWidth: 20,
  multiplierWidth: 16,
  addendWidth: 36,
  sumWidth: 38,
  shiftMin: 8,
  shiftMax: 23,
  resultWidth: 9,
  ties: false,
  pairs: false,
  multiplierStages: 1,
} as const;
const matrix = Array.from({ length: 6 }, (_, row) =>
  Array.from({ length: 8 }, (_unused, column) => ((row * 37 + column * 61 + row * column * 13) % 31) - 15),
);
const bytes = { actWidth: 8, weightWidth: 8 } as const;

export const subjects: readonly Subject[] = [
  { prefix: 'ternary_dot_', make: () => ternaryDot({ rows: 8, actWidth: 8 }).component.design },
  {
    prefix: 'power_of_two_dot_',
    make: () => powerOfTwoDot({ rows: 8, actWidth: 8, codeBits: 5 }).component.design,
  },
  { prefix: 'recoded_dot_', make: () => recodedDot({ products: 4, ...bytes }).component.design },
  { prefix: 'int_dot_', make: () => intDot({ products: 4, ...bytes }).component.design },
  { prefix: 'requantize_a', make: () => requantize({ ...scale, multiplier: 'recoded' }).component.design },
  {
    prefix: 'cmvm',
    make: (target) =>
      cmvm({ name: 'cmvm', matrix, inputWidth: 8, inputSigned: true, target }).component.design,
  },
];

/** Parts without DSP cells, or with the multipliers of ECP5 left alone, so that LUTs are compared with LUTs. */
export const devices = { ice40: 'hx8k', ecp5: 'ecp5-85k' } as const;
export const alternatives: Readonly<Record<UnitTarget, readonly UnitSynthesis[]>> = {
  ice40: [{}, { abc9: false }, { booth: true }, { abc9: false, booth: true }],
  ecp5: [{}, { noWideLut: true }, { abc9: false }, { booth: true }, { noWideLut: true, booth: true }],
};

/** Terms and their width. */
export const sumSizes: readonly (readonly [terms: number, width: number])[] = [
  [9, 1],
  [31, 1],
  [4, 8],
  [9, 8],
  [16, 8],
  [9, 16],
];
