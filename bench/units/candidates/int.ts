import { mac16Chain, mult18Tree, recodedTree } from '../../../src/units/index.js';
import {
  across,
  arrayEntry,
  square,
  type ArraySize,
  type Baseline,
  type FamilyEntries,
  type Ours,
  type Target,
} from '../candidate.js';

const inLuts = 'int8 in LUTs';
const inDsps = 'int8 in DSP cells';
const small: ArraySize = { rows: 4, columns: 2 };

const baseline = (kind: 'int8' | 'int8h', target: Target, size: ArraySize): Baseline => ({
  ...{ arithmetic: inLuts, design: `${kind} wsb`, target, size, kind, flow: 'wsb' },
});
const dspBaseline = (target: Target, size: ArraySize, parts: Baseline['parts'] & {}): Baseline => ({
  ...{ arithmetic: inDsps, design: 'int8 wsb', target, size, kind: 'int8', flow: 'wsb', dsp: true, parts },
});

const recoded = (target: Target, size: ArraySize): Ours =>
  arrayEntry({ arithmetic: inLuts, design: 'recodedTree', target, size, kind: recodedTree(8) });

/** Modules that hold a multiplier cell alone: ABC9 of Yosys 0.70 fails on flattened designs with such cells. */
const cellModules = ['sb_mac16_', 'mult18x18d_'];

export const int: FamilyEntries = {
  ours: [
    ...across(['ice40'], [square(8), small], recoded),
    recoded('ecp5', square(8)),
    arrayEntry({
      ...{ arithmetic: inDsps, design: 'mac16Chain', target: 'ice40', size: small, kind: mac16Chain(8) },
      ...{ parts: ['up5k'], keep: cellModules },
    }),
    arrayEntry({
      ...{ arithmetic: inDsps, design: 'mult18Tree', target: 'ecp5', size: square(8), kind: mult18Tree(8) },
      ...{ dsp: true, parts: ['85k'], keep: cellModules },
    }),
  ],
  baselines: [
    ...across(['ice40'], [square(8), small], (target, size) => baseline('int8h', target, size)),
    baseline('int8h', 'ecp5', square(8)),
    baseline('int8', 'ecp5', square(8)),
    dspBaseline('ice40', small, ['up5k']),
    dspBaseline('ecp5', square(8), ['85k']),
  ],
  bars: [
    { arithmetic: inLuts, target: 'ice40', size: square(8), lutsPerPe: 130 },
    { arithmetic: inLuts, target: 'ice40', size: small, fmax: 100 },
    { arithmetic: inLuts, target: 'ecp5', size: square(8), lutsPerPe: 135 },
    { arithmetic: inDsps, target: 'ice40', size: small, lutsPerPe: 7, fmax: 80 },
    { arithmetic: inDsps, target: 'ecp5', size: square(8), lutsPerPe: 19, fmax: 150 },
  ],
};
