import { ternaryChains, ternaryFusedTrees, ternaryGroups, ternaryTree } from '../../../src/units/index.js';
import {
  across,
  arrayEntry,
  bothTargets,
  square,
  type ArraySize,
  type Baseline,
  type FamilyEntries,
  type Target,
} from '../candidate.js';

const arithmetic = 'ternary';
const streaming = 'ternary, output stationary';
const sizes = [square(8), square(16)];

const baseline =
  (flow: Baseline['flow']) =>
  (target: Target, size: ArraySize): Baseline => ({
    ...{ arithmetic: flow === 'os' ? streaming : arithmetic, design: `tern ${flow}` },
    ...{ target, size, kind: 'tern', flow },
  });

export const ternary: FamilyEntries = {
  ours: [
    ...sizes.flatMap((size) => [
      arrayEntry({ arithmetic, design: 'chains', target: 'ice40', size, kind: ternaryChains }),
      arrayEntry({
        ...{ arithmetic, design: 'chains, shared sums of pairs', target: 'ice40', size },
        kind: ternaryGroups(2),
      }),
      arrayEntry({ arithmetic, design: 'fused trees', target: 'ecp5', size, kind: ternaryFusedTrees }),
    ]),
    ...across(bothTargets, sizes, (target, size) =>
      arrayEntry({ arithmetic, design: 'trees', target, size, kind: ternaryTree }),
    ),
    ...bothTargets.map((target) =>
      arrayEntry({
        ...{ arithmetic: streaming, design: 'gated terms', target, size: square(8) },
        ...{ kind: target === 'ice40' ? ternaryChains : ternaryFusedTrees, flow: 'outputStationary' },
      }),
    ),
  ],
  baselines: [
    ...across(bothTargets, sizes, baseline('wsb')),
    ...across(['ecp5'], sizes, baseline('wsx')),
    ...across(bothTargets, [square(8)], baseline('os')),
  ],
  bars: [
    { arithmetic, target: 'ice40', size: square(8), lutsPerPe: 20.0, fmax: 170 },
    { arithmetic, target: 'ice40', size: square(16), lutsPerPe: 18.5 },
    { arithmetic, target: 'ecp5', size: square(8), lutsPerPe: 13.0, fmax: 281 },
  ],
};
