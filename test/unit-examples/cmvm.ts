/** Constant matrices at the ends of their parameter ranges. */
import type { Design } from '../../src/hdl/index.js';
import { createRandom } from '../../src/num/index.js';
import { cmvm } from '../../src/units/index.js';

const random = createRandom(5);
const ternary = Array.from({ length: 6 }, () => Array.from({ length: 7 }, () => random.integer(-1, 1)));
const wide = [
  [(1 << 28) + 1, -5],
  [0, 0],
  [-127, 127],
];
const common = { effort: 1, inputSigned: true } as const;

export const examples: readonly Design[] = [
  cmvm({ ...common, name: 'cmvm_ternary_ice40', matrix: ternary, inputWidth: 8, target: 'ice40' }),
  cmvm({ ...common, name: 'cmvm_ternary_ecp5', matrix: ternary, inputWidth: 8, target: 'ecp5' }),
  cmvm({
    ...common,
    name: 'cmvm_wide_ice40',
    matrix: wide,
    inputWidth: 16,
    target: 'ice40',
    levelsPerStage: 2,
  }),
  cmvm({ ...common, name: 'cmvm_wide_ecp5', matrix: wide, inputWidth: 1, target: 'ecp5', levelsPerStage: 0 }),
  cmvm({ ...common, name: 'cmvm_clocked', matrix: ternary, inputWidth: 4, target: 'ecp5', clockMHz: 120 }),
].map(({ component }) => component.design);
