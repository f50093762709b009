/** Parameters at the ends of their ranges, for test/units-all.test.ts and test/netlists.test.ts. */
import type { Design } from '../../src/hdl/index.js';
import {
  intMac,
  intPair,
  mac16Chain,
  macArray,
  mult18Tree,
  recodedTree,
  requantize,
  requantizeConstant,
  requantizeSerial,
  requantizeThresholds,
  staircaseOf,
  termSum,
} from '../../src/units/index.js';

const size = { rows: 3, columns: 2, flow: 'weightStationary' } as const;
const bytes = { actWidth: 8, weightWidth: 8, accWidth: 24 } as const;
const scale = {
  multiplier: -20_117n,
  addend: 77_777n,
  shift: 17n,
  rounding: 'halfEven',
  zeroPoint: 3n,
  lo: -128n,
  hi: 127n,
} as const;
const fewLevels = { ...scale, multiplier: 333n, addend: 9n, shift: 14n, lo: -4n, hi: 3n } as const;
const steps = {
  accWidth: 12,
  resultWidth: 4,
  staircase: staircaseOf({ ...fewLevels, zeroPoint: 0n }, 12),
} as const;

export const examples: readonly Design[] = [
  intMac({ ...bytes, implementation: 'lut' }),
  intMac({ actWidth: 2, weightWidth: 2, accWidth: 2, implementation: 'lut', weightSigned: false }),
  intMac({ actWidth: 16, weightWidth: 16, accWidth: 40, implementation: 'lut', actSigned: false }),
  intMac({ ...bytes, implementation: 'sbMac16' }),
  intMac({ ...bytes, implementation: 'sbMac16', actSigned: false, weightSigned: false }),
  intMac({ actWidth: 16, weightWidth: 16, accWidth: 32, implementation: 'sbMac16' }),
  intMac({ ...bytes, implementation: 'mult18x18d' }),
  intMac({ actWidth: 16, weightWidth: 16, accWidth: 48, implementation: 'mult18x18d', actSigned: false }),
  intPair({ sharedWidth: 8, factorWidth: 8, signed: true, implementation: 'sbMac16' }),
  intPair({ sharedWidth: 8, factorWidth: 4, signed: true, implementation: 'mult18x18d' }),
  intPair({ sharedWidth: 8, factorWidth: 5, signed: false, implementation: 'mult18x18d' }),
  macArray({ ...size, kind: recodedTree(8) }),
  macArray({ ...size, kind: recodedTree(3) }),
  macArray({ ...size, kind: mac16Chain(8) }),
  macArray({ ...size, kind: mult18Tree(8) }),
  requantize({
    ...{ accWidth: 20, multiplierWidth: 2, addendWidth: 20, sumWidth: 21, shiftMin: 0, shiftMax: 12 },
    ...{ resultWidth: 8, ties: true, pairs: false, multiplier: 'none', multiplierStages: 1 },
  }),
  requantizeConstant({ name: 'requantize_constant', accWidth: 20, resultWidth: 8, scale }),
  requantizeSerial({
    ...{ accWidth: 20, multiplierWidth: 16, addendWidth: 36, shiftMax: 31, resultWidth: 9, ties: true },
  }),
  requantizeThresholds({ name: 'requantize_comparators', ...steps, structure: 'comparators' }),
  requantizeThresholds({ name: 'requantize_search', ...steps, structure: 'search' }),
  termSum({ terms: 1, width: 1, structure: 'tree', target: 'ice40' }),
  termSum({ terms: 7, width: 5, structure: 'chain', target: 'ice40' }),
  termSum({ terms: 9, width: 4, structure: 'compressor', target: 'ecp5' }),
].map(({ component }) => component.design);
