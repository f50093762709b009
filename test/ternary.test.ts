/** Cost formulas of the ternary units held against synthesis. */
import { describe, expect, it, vi } from 'vitest';
import { type Design } from '../src/hdl/index.js';
import { type Family } from '../src/synth/index.js';
import {
  macArray,
  ternaryChain,
  ternaryChainCost,
  ternaryChains,
  ternaryFusedTree,
  ternaryFusedTreeCost,
  ternaryGroups,
  ternaryGroupsCost,
  tritDecoder,
} from '../src/units/index.js';
import { mapped, narrow } from './helpers/mapped.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

const countsOf = async (design: Design, family: Family) =>
  (await mapped(design, family, narrow(family))).counts;

describe('cost formulas', () => {
  const columns = [
    { rows: 8, actWidth: 8 },
    { rows: 5, actWidth: 4 },
  ];

  it.each(columns)(
    'of a chain of %j are within a twentieth of the LUTs of synthesis, and right about registers',
    async (params) => {
      const { design } = ternaryChain(params).component;
      for (const family of ['ice40', 'ecp5'] as const) {
        const counts = await countsOf(design, family);
        const cost = ternaryChainCost(params, family);
        expect.soft(Math.abs(cost.luts / counts.luts - 1), `${family}: ${counts.luts}`).toBeLessThan(0.05);
        expect.soft([family, cost.registers]).toEqual([family, counts.registers]);
      }
    },
  );

  it.each(columns)('of a fused tree of %j are exact', async (params) => {
    const { luts, registers } = await countsOf(ternaryFusedTree(params).component.design, 'ecp5');
    expect({ luts, registers }).toEqual(ternaryFusedTreeCost(params));
  });

  it('say what groups of rows cost an array, within a twentieth', async () => {
    const size = { rows: 6, columns: 4, actWidth: 8, accWidth: 24 };
    const kinds = [
      [1, ternaryChains],
      [2, ternaryGroups(2)],
      [3, ternaryGroups(3)],
    ] as const;
    for (const [groupSize, kind] of kinds) {
      const { component } = macArray({ ...size, kind, flow: 'weightStationary' });
      const { luts } = await countsOf(component.design, 'ice40');
      const cost = ternaryGroupsCost(groupSize, size);
      expect
        .soft(Math.abs(cost.luts / luts - 1), `${kind.name}: ${luts}, formula ${cost.luts}`)
        .toBeLessThan(0.05);
    }
  });

  it('are a number for the decoder of five trits: 19 LUTs on iCE40', async () => {
    expect((await countsOf(tritDecoder().component.design, 'ice40')).luts).toBeLessThanOrEqual(19);
  });
});
