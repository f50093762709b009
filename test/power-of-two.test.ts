/** Units of power of two weights after synthesis: their cost formulas, and mapped netlists equal to the simulated Design. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { type Design } from '../src/hdl/index.js';
import { randomStimulus, runIcarus, simulate, sourceOf } from '../src/sim/index.js';
import { NETLIST_DEFINES, netlistSimulationFiles, type Family } from '../src/synth/index.js';
import {
  macArray,
  powerOfTwoChain,
  powerOfTwoChainCost,
  powerOfTwoChains,
  powerOfTwoDot,
  powerOfTwoDotCost,
  powerOfTwoPe,
  powerOfTwoPeCost,
  powerOfTwoTree,
  type UnitCost,
} from '../src/units/index.js';
import { familyDevices, mapped, narrow } from './helpers/mapped.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

describe('cost formulas', () => {
  const dots = [
    { rows: 8, actWidth: 8, codeBits: 4, zeroFlag: true },
    { rows: 5, actWidth: 6, codeBits: 3, zeroFlag: true },
    { rows: 4, actWidth: 8, codeBits: 5, zeroFlag: true },
  ];
  const pes = [
    { actWidth: 8, codeBits: 4, psumWidth: 14, resultWidth: 14 },
    { actWidth: 8, codeBits: 5, psumWidth: 18, resultWidth: 18 },
    { actWidth: 5, codeBits: 2, psumWidth: 9 },
  ];
  const chains = [
    { rows: 8, actWidth: 8, codeBits: 4 },
    { rows: 4, actWidth: 6, codeBits: 5 },
  ];
  const families = ['ice40', 'ecp5'] as const;
  const cases: readonly (readonly [Design, Family, UnitCost])[] = [
    ...families.flatMap((family) => [
      ...dots.map((p) => [powerOfTwoDot(p).component.design, family, powerOfTwoDotCost(p, family)] as const),
      ...pes.map((p) => [powerOfTwoPe(p).component.design, family, powerOfTwoPeCost(p, family)] as const),
    ]),
    ...chains.map(
      (p) => [powerOfTwoChain(p).component.design, 'ecp5' as const, powerOfTwoChainCost(p)] as const,
    ),
  ];

  it('are within a tenth of the LUTs of synthesis, and right about registers', async () => {
    for (const [design, family, cost] of cases) {
      const { counts } = await mapped(design, family, narrow(family));
      const name = `${design.name} on ${family}`;
      expect
        .soft(Math.abs(counts.luts - cost.luts) / counts.luts, `${name}: ${counts.luts}`)
        .toBeLessThan(0.1);
      expect.soft([name, counts.registers]).toEqual([name, cost.registers]);
    }
  });
});

describe('mapped netlists', () => {
  it.each([
    { family: 'ice40', kind: powerOfTwoTree(4) },
    { family: 'ice40', kind: powerOfTwoTree(5) },
    { family: 'ecp5', kind: powerOfTwoTree(3) },
    { family: 'ecp5', kind: powerOfTwoChains(5) },
  ] as const)('of an array of $kind.name on $family equal its simulation', async ({ family, kind }) => {
    const { design } = macArray({ rows: 3, columns: 2, kind, flow: 'weightStationary' }).component;
    const { netlistVerilog } = await mapped(design, family, narrow(family));
    const cycles = 300;
    const warm = 20;
    const during = (count: number, values: ArrayLike<number> | ArrayLike<bigint>) =>
      Array.from({ length: cycles }, (_, cycle) => (cycle < count ? 1n : BigInt(values[cycle] ?? 0)));
    const random = randomStimulus(design, cycles, 5);
    // Registers start unknown: weights are loaded and sums cleared first.
    const stimulus = {
      ...random,
      load: during(8, random['load'] ?? []),
      clear: during(warm, random['clear'] ?? []),
    };
    const cells = netlistSimulationFiles(familyDevices[family]).map((file) => readFileSync(file, 'utf8'));
    const source = {
      ...sourceOf(design),
      files: [
        { name: 'netlist.v', text: readFileSync(netlistVerilog, 'utf8') },
        ...cells.map((text, index) => ({ name: `cells_${index}.v`, text })),
      ],
      defines: Object.fromEntries(NETLIST_DEFINES.map((define) => [define.replace('-D', ''), ''])),
    };
    const { values, unknown } = await runIcarus(source, cycles, stimulus);
    const expected = simulate(design, { powerUpSeed: 2 }).run(cycles, stimulus);
    for (const name of ['acc_0', 'acc_1']) {
      const settled = (column: ArrayLike<number> | ArrayLike<bigint> | undefined): readonly bigint[] =>
        Array.from(column ?? [], BigInt).slice(warm);
      expect(settled(values[name])).toEqual(settled(expected[name]));
      expect(settled(unknown[name]).every((mask) => mask === 0n)).toBe(true);
      expect(new Set(settled(values[name])).size).toBeGreaterThan(20);
    }
  });
});
