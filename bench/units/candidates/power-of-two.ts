import {
  across,
  bothTargets,
  square,
  type ArraySize,
  type Baseline,
  type FamilyEntries,
  type Target,
} from '../candidate.js';

const arithmetics = { p2_4: 'power of two, 4 bits', p2_5: 'power of two, 5 bits' } as const;

const baseline =
  (kind: keyof typeof arithmetics) =>
  (target: Target, size: ArraySize): Baseline => ({
    ...{ arithmetic: arithmetics[kind], design: `${kind} wsb`, target, size, kind, flow: 'wsb' },
  });

export const powerOfTwo: FamilyEntries = {
  ours: [],
  baselines: [
    ...across(bothTargets, [square(8)], baseline('p2_4')),
    ...across(bothTargets, [square(8)], baseline('p2_5')),
  ],
  bars: [
    { arithmetic: arithmetics.p2_4, target: 'ice40', size: square(8), lutsPerPe: 34, fmax: 141 },
    { arithmetic: arithmetics.p2_5, target: 'ice40', size: square(8), lutsPerPe: 54, fmax: 112 },
    { arithmetic: arithmetics.p2_4, target: 'ecp5', size: square(8), lutsPerPe: 35 },
    { arithmetic: arithmetics.p2_5, target: 'ecp5', size: square(8), lutsPerPe: 56 },
  ],
};
