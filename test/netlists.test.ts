/**
 * Mapped netlists of every unit, with the options that `implement` maps it with: Yosys of npm for both families, then one
 * Verilator build per family in which the netlists do in every cycle what the compiled simulator does.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { array, component, emitVerilog, sint, type Design } from '../src/hdl/index.js';
import { cosimulate, sourceOf, type VerilogSource } from '../src/sim/index.js';
import { findDevice, netlistSimulationFiles, synthesize, type Device } from '../src/synth/index.js';
import { lookForTool } from '../src/tools/index.js';
import { intProduct, unitSynthesis } from '../src/units/index.js';
import { sideBySide } from './helpers/side-by-side.js';
import { cellFamily } from './helpers/vendor-cells.js';
import { unitExamples } from './unit-examples/index.js';

const available = (await lookForTool('verilator')).found !== undefined;
if (!available) console.warn('netlists of units skipped: verilator is missing (make setup installs it)');

/** Two chained signed multiply-adds, which `synth_ice40 -dsp` gets wrong where nothing keeps the products apart. */
const chained = component(
  'chained_products',
  { in: { act: array(2, sint(8)), weight: array(2, sint(8)) }, out: { sum: sint(17) } },
  ({ act: [a0, a1], weight: [w0, w1] }, m) => {
    if (a0 === undefined || a1 === undefined || w0 === undefined || w1 === undefined)
      throw new RangeError('two of each');
    const product = intProduct({ actWidth: 8, weightWidth: 8, operandStages: 0 }).component;
    const first = m.pipe('first', product('product_0', { act: a0, weight: w0 }).product);
    return { sum: m.pipe('sum_q', first.add(product('product_1', { act: a1, weight: w1 }).product)) };
  },
).design;

/** up5k, which has multiplier cells: those that Yosys infers, and those that the units instantiate. */
const builds = [
  { name: 'up5k', title: 'without vendor cells', cells: undefined },
  { name: 'up5k', title: 'with SB_MAC16', cells: 'ice40' },
  { name: 'ecp5-85k', title: 'without vendor cells', cells: undefined },
  { name: 'ecp5-85k', title: 'with MULT18X18D or CCU2C', cells: 'ecp5' },
] as const;

describe.runIf(available || process.env['CI'] !== undefined)('mapped netlists', () => {
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-netlists-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it.each(builds)(
    'of units $title do what the units do on $name',
    async ({ name, cells }) => {
      // Without cells: the chain that -dsp has been seen to map wrongly.
      const members =
        cells === undefined ? [chained] : unitExamples.filter((design) => cellFamily(design) === cells);
      const top = sideBySide(members);
      const netlist = await mapped(top, members, findDevice(name), cache);
      const [result] = await cosimulate(top, { cycles: 300, source: netlist, favour: 'build', cache });
      expect({ first: result?.first, mismatches: result?.mismatches }).toEqual({
        first: undefined,
        mismatches: 0,
      });
    },
    900_000,
  );
});

/** One run of Yosys: units stay apart, and so do the modules that each unit keeps. */
const mapped = async (
  top: Design,
  members: readonly Design[],
  device: Device,
  cache: string,
): Promise<VerilogSource> => {
  const kept = members.flatMap((design) => [
    design.name,
    ...(unitSynthesis(design, device.family).keepHierarchy ?? []),
  ]);
  const files = emitVerilog(top).files;
  const { netlistVerilog } = await synthesize({
    verilogFiles: files.filter(({ name }) => name.endsWith('.v')),
    hexFiles: files.filter(({ name }) => name.endsWith('.hex')),
    top: top.name,
    device,
    options: { keepHierarchy: [...new Set(kept)] },
    tools: { force: 'npm' },
    cache,
  });
  const models = netlistSimulationFiles(device).map((path) => ({
    name: basename(path),
    text: readFileSync(path, 'utf8'),
  }));
  return {
    ...sourceOf(top),
    files: [{ name: 'netlist.v', text: readFileSync(netlistVerilog, 'utf8') }, ...models],
    ...(device.family === 'ice40' ? { defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' } } : {}),
  };
};
