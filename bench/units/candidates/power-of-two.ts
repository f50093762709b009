import { powerOfTwoChains, powerOfTwoTree } from '../../../src/units/index.js';
import {
  across,
  arrayEntry,
  bothTargets,
  square,
  type ArraySize,
  type Baseline,
  type FamilyEntries,
  type Ours,
  type Target,
} from '../candidate.js';

const codes = [
  { arithmetic: 'power of two, 4 bits', kind: 'p2_4', codeBits: 4 },
  { arithmetic: 'power of two, 5 bits', kind: 'p2_5', codeBits: 5 },
] as const;
type Code = (typeof codes)[number];
const sizes = [square(8)];

const baseline =
  ({ arithmetic, kind }: Code) =>
  (target: Target, size: ArraySize): Baseline => ({
    ...{ arithmetic, design: `${kind} wsb`, target, size, kind, flow: 'wsb' },
  });

const tree =
  ({ arithmetic, codeBits }: Code) =>
  (target: Target, size: ArraySize): Ours =>
    arrayEntry({ arithmetic, design: 'tree', target, size, kind: powerOfTwoTree(codeBits) });

const chains =
  ({ arithmetic, codeBits }: Code) =>
  (target: Target, size: ArraySize): Ours =>
    arrayEntry({ arithmetic, design: 'fused chains', target, size, kind: powerOfTwoChains(codeBits) });

export const powerOfTwo: FamilyEntries = {
  ours: codes.flatMap((code) => [
    ...across(['ice40'], sizes, tree(code)),
    ...across(['ecp5'], sizes, chains(code)),
  ]),
  baselines: codes.flatMap((code) => across(bothTargets, sizes, baseline(code))),
  bars: codes.flatMap(({ arithmetic, codeBits }) => [
    {
      ...{ arithmetic, target: 'ice40' as const, size: square(8) },
      ...(codeBits === 4 ? { lutsPerPe: 34, fmax: 141 } : { lutsPerPe: 54, fmax: 112 }),
    },
    { arithmetic, target: 'ecp5' as const, size: square(8), lutsPerPe: codeBits === 4 ? 35 : 56 },
  ]),
};
