/** Pyramid units after synthesis: their cost formulas, and a mapped netlist equal to its model. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { type Design } from '../src/hdl/index.js';
import { createRandom, pyramidSize, pyramidVector } from '../src/num/index.js';
import { randomStimulus, runIcarus, sourceOf } from '../src/sim/index.js';
import {
  NETLIST_DEFINES,
  netlistSimulationFiles,
  type Family,
  type SynthOptions,
} from '../src/synth/index.js';
import {
  bitLayerCode,
  pvqBitLayer,
  pvqBitLayerCost,
  pvqBitLayerModel,
  pvqDecoder,
  pvqDecoderCost,
  pvqPulse,
  pvqPulseCost,
  pvqRunDecoder,
  pvqRunDecoderCost,
  pvqTree,
  pvqTreeCost,
  type UnitCost,
} from '../src/units/index.js';
import { familyDevices, mapped, narrow } from './helpers/mapped.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 1_800_000 });

const families = ['ice40', 'ecp5'] as const;

const optionsOf = (family: Family): SynthOptions => ({
  ...narrow(family),
  ...(family === 'ecp5' ? { noLutRam: true } : {}),
});

const random = createRandom(5);
const uniform = (count: number, bits: number): readonly number[] =>
  Array.from({ length: count }, () => random.integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1));
const vector = (length: number, pulses: number): readonly number[] => {
  const pyramid = { length, pulses };
  const number = Array.from({ length: 8 }, () => BigInt(random.uint32())).reduce((a, b) => (a << 32n) | b);
  return pyramidVector(number % pyramidSize(pyramid), pyramid, 'fischer');
};

const constant = { weights: uniform(128, 8), sampleWidth: 8 };
const filter = pvqBitLayer({ name: 'filter', ...constant });

describe('cost formulas', () => {
  const loaded = { weights: uniform(100, 12), sampleWidth: 10, reload: { codeWords: 1024, resultWidth: 29 } };
  const loadedUnit = pvqBitLayer({ name: 'loaded', ...loaded });
  const rows = Array.from({ length: 16 }, () => vector(64, 24));
  const pulseUnit = pvqPulse({ name: 'pulses', rows, pulses: 24, sampleWidth: 10 });
  const tree = { weights: [...vector(20, 12), 1], pulses: 13, actWidth: 7, scaleWidth: 10 };
  const cases = families.flatMap((family): readonly (readonly [Design, Family, UnitCost])[] => [
    [
      filter.component.design,
      family,
      pvqBitLayerCost(
        {
          taps: 128,
          sampleWidth: 8,
          codeWords: bitLayerCode(constant).length,
          resultWidth: filter.resultWidth,
        },
        family,
      ),
    ],
    [
      loadedUnit.component.design,
      family,
      pvqBitLayerCost({ taps: 100, sampleWidth: 10, ...loaded.reload }, family),
    ],
    [pulseUnit.component.design, family, pvqPulseCost({ rows: 16, pulses: 24, sampleWidth: 10 }, family)],
    [pvqTree({ name: 'tree', ...tree }).component.design, family, pvqTreeCost(tree, family)],
    [
      pvqRunDecoder({ length: 100, pulses: 50 }).component.design,
      family,
      pvqRunDecoderCost({ length: 100, pulses: 50 }, family),
    ],
  ]);
  // On iCE40 Yosys 0.55 builds a table of this size from logic.
  const decoder = { length: 12, pulses: 20 };
  const all = [...cases, [pvqDecoder(decoder).component.design, 'ecp5', pvqDecoderCost(decoder)] as const];

  it('are within a tenth of synthesis', async () => {
    for (const [design, family, cost] of all) {
      const { counts } = await mapped(design, family, optionsOf(family));
      const name = `${design.name} on ${family}: ${counts.luts} LUTs, ${counts.registers} registers`;
      expect.soft(Math.abs(counts.luts - cost.luts) / counts.luts, name).toBeLessThan(0.1);
      expect.soft(Math.abs(counts.registers - cost.registers) / counts.registers, name).toBeLessThan(0.1);
    }
  });
});

describe('the netlist of a filter of 128 taps', () => {
  it.each(families)('gives the results of the model on %s', async (family) => {
    const { design } = filter.component;
    const { netlistVerilog } = await mapped(design, family, optionsOf(family));
    const cells = netlistSimulationFiles(familyDevices[family]).map((file) => readFileSync(file, 'utf8'));
    const source = {
      ...sourceOf(design),
      files: [
        { name: 'netlist.v', text: readFileSync(netlistVerilog, 'utf8') },
        ...cells.map((text, index) => ({ name: `cells_${index}.v`, text })),
      ],
      defines: Object.fromEntries(NETLIST_DEFINES.map((define) => [define.replace('-D', ''), ''])),
    };
    const cycles = 1 + 3 * filter.cycles + filter.latencyCycles;
    const always = (value: bigint): bigint[] => Array.from({ length: cycles }, () => value);
    const offered = Array.from(randomStimulus(design, cycles, 5)['sample'] ?? [], BigInt);
    const reset = always(0n).with(0, 1n);
    const stimulus = { sample: offered, sample_valid: always(1n), rst: reset };
    const { values } = await runIcarus(source, cycles, stimulus);
    const column = (name: string, from: typeof values): readonly bigint[] =>
      Array.from(from[name] ?? [], BigInt);
    const chosen = (flags: readonly bigint[], from: readonly bigint[]): readonly bigint[] =>
      from.filter((_, cycle) => cycle > 0 && flags[cycle] === 1n);
    const samples = chosen(column('sample_ready', values), offered);
    const results = chosen(column('result_valid', values), column('result', values));
    expect(results.length).toBe(3);
    expect(results).toEqual(pvqBitLayerModel(constant, samples).slice(0, 3));
  });
});
