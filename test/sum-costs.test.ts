/** Cost formulas of sums, pairs of products and folded matrices beside what Yosys (npm) counts. */
import { describe, expect, it } from 'vitest';
import {
  cmvmFolded,
  cmvmFoldedCost,
  intPair,
  intPairCost,
  termSum,
  termSumCost,
  type CmvmFoldedParams,
  type IntPairParams,
} from '../src/units/index.js';
import { mappedTogether } from './helpers/mapped-together.js';
import { narrow } from './helpers/mapped.js';

const matrix = [
  [20, -3, 7, 0],
  [-11, 16, 1, 5],
  [0, 9, -20, 2],
  [13, -1, 4, -6],
];
const thirds = matrix.map((row) => row.map((weight) => Math.trunc(weight / 3)));
const sums = [
  { terms: 9, width: 8, structure: 'tree', target: 'ice40' },
  { terms: 6, width: 5, structure: 'chain', target: 'ice40' },
  { terms: 9, width: 8, structure: 'compressor', target: 'ice40' },
  { terms: 5, width: 6, structure: 'compressor', target: 'ice40' },
] as const;
const signed = { matrix, inputWidth: 8, inputSigned: true };
const unsigned = { matrix: thirds, inputWidth: 6, inputSigned: false };
const folded: readonly CmvmFoldedParams[] = [
  { name: 'fold_inputs', ...signed, fold: { side: 'inputs', perCycle: 2 } },
  { name: 'fold_outputs', ...signed, fold: { side: 'outputs', perCycle: 2 } },
  { name: 'fold_inputs_1', ...unsigned, fold: { side: 'inputs', perCycle: 1 } },
  { name: 'fold_outputs_1', ...unsigned, fold: { side: 'outputs', perCycle: 1 } },
];
const pairs: Readonly<Record<'ice40' | 'ecp5', readonly IntPairParams[]>> = {
  ice40: [{ sharedWidth: 8, factorWidth: 7, signed: true, implementation: 'sbMac16' }],
  ecp5: [
    { sharedWidth: 8, factorWidth: 4, signed: true, implementation: 'mult18x18d' },
    { sharedWidth: 8, factorWidth: 5, signed: false, implementation: 'mult18x18d' },
    { sharedWidth: 5, factorWidth: 6, signed: true, implementation: 'mult18x18d' },
  ],
};

describe.each(['ice40', 'ecp5'] as const)('cost formulas on %s', (family) => {
  it('are those of synthesis for sums and pairs, and bounds for folded matrices', async () => {
    const exact = [
      ...sums.map((p) => ({ unit: termSum(p), cost: termSumCost(p, family) })),
      ...pairs[family].map((p) => ({ unit: intPair(p), cost: intPairCost(p) })),
    ];
    const bounded = folded.map((p) => ({ unit: cmvmFolded(p), cost: cmvmFoldedCost(p, family) }));
    const cases = [...exact.slice(0, sums.length), ...bounded, ...exact.slice(sums.length)];
    const designs = cases.map(({ unit }) => unit.component.design);
    const found = await mappedTogether(designs, family, { ...narrow(family), dsp: false });
    designs.forEach(({ name }, index) => {
      const { luts = 0, registers = 0 } = found[index] ?? {};
      const cost = cases[index]?.cost;
      if (!name.startsWith('fold')) expect.soft([name, cost]).toEqual([name, { luts, registers }]);
      else {
        expect.soft(luts, name).toBeLessThanOrEqual(cost?.luts ?? 0);
        expect.soft(registers, name).toBeLessThanOrEqual(cost?.registers ?? 0);
        // A bound, but not an idle one.
        expect.soft(luts, name).toBeGreaterThan((cost?.luts ?? Infinity) / 2);
      }
    });
  }, 1_800_000);
});
