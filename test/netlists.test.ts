/**
 * Mapped netlists of every unit, side by side in one run of Yosys (npm) per family, against the compiled simulator. In Icarus:
 * Verilator 5.006 computes some of them wrongly (docs/tools.md).
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { array, component, emitVerilog, sint, type Design } from '../src/hdl/index.js';
import { createRandom } from '../src/num/index.js';
import {
  randomStimulus,
  runIcarus,
  simulate,
  sourceOf,
  type StimulusColumns,
  type VerilogSource,
} from '../src/sim/index.js';
import { findDevice, netlistSimulationFiles, synthesize, type Device } from '../src/synth/index.js';
import { lookForTool } from '../src/tools/index.js';
import { intProduct, unitSynthesis } from '../src/units/index.js';
import { sideBySide } from './helpers/side-by-side.js';
import { cellFamily } from './helpers/vendor-cells.js';
import { unitExamples } from './unit-examples/index.js';

const found = await Promise.all((['iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((tool) => tool.found !== undefined);
if (!available)
  console.warn('netlists of units skipped: iverilog or vvp is missing (make setup installs them)');

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

/** What the name of a unit's module has before its parameters. */
const unitOf = ({ name }: Design): string => name.replace(/_[a-z]?\d.*$/, '').replace(/\d+$/, '');
const verilogLength = (design: Design): number =>
  emitVerilog(design).files.reduce((sum, { name, text }) => sum + (name.endsWith('.v') ? text.length : 0), 0);

/** Of every unit the examples of less than so many characters of Verilog, or the least: mapping the others takes minutes. */
const shortVerilog = 4500;
const shortExamples = (designs: readonly Design[]): readonly Design[] => {
  const sized = designs.map((design) => ({ design, unit: unitOf(design), length: verilogLength(design) }));
  const leastOf = (unit: string): number =>
    Math.min(...sized.filter((other) => other.unit === unit).map(({ length }) => length));
  return sized
    .filter(({ unit, length }) => length <= Math.max(shortVerilog, leastOf(unit)))
    .map(({ design }) => design);
};
const withCells = (family: 'ice40' | 'ecp5' | undefined): readonly Design[] =>
  unitExamples.filter((design) => cellFamily(design) === family);
const withoutCells = [chained, ...shortExamples(withCells(undefined))];

/** up5k, which has multiplier cells: those that Yosys infers, and those that the units instantiate. */
const builds = [
  { name: 'up5k', title: 'without vendor cells', members: withoutCells },
  { name: 'up5k', title: 'with SB_MAC16', members: withCells('ice40') },
  { name: 'ecp5-85k', title: 'without vendor cells', members: withoutCells },
  { name: 'ecp5-85k', title: 'with MULT18X18D or CCU2C', members: withCells('ecp5') },
] as const;
const cycles = 300;

describe.runIf(available || process.env['CI'] !== undefined)('mapped netlists', () => {
  it.each(builds)(
    'of units $title do what the units do on $name',
    async ({ name, members }) => {
      const top = sideBySide(members);
      const stimulus = randomStimulus(top, cycles, 1);
      const netlist = await mapped(top, members, findDevice(name));
      const { values, unknown } = await runIcarus(netlist, cycles, stimulus);
      let [compared, bits] = [0, 0];
      for (const { port, width, expected, specified } of specifiedOutputs(top, stimulus)) {
        const masks = specified.map((mask, cycle) => mask & ~(unknown[port]?.[cycle] ?? 0n));
        const got = masks.map((mask, cycle) => (values[port]?.[cycle] ?? 0n) & mask);
        const wanted = masks.map((mask, cycle) => (expected[cycle] ?? 0n) & mask);
        expect.soft([port, got], members[Number(/^d(\d+)_/.exec(port)?.[1])]?.name).toEqual([port, wanted]);
        compared += masks.reduce((sum, mask) => sum + onesOf(mask), 0);
        bits += cycles * width;
      }
      expect(compared / bits).toBeGreaterThan(0.95);
    },
    900_000,
  );
});

/** Power-up states that a specified bit is equal for: few would let products of several open bits pass as specified. Yosys may move a register that starts anyhow, and then it starts otherwise. */
const random = createRandom(1);
const powerUpSeeds = Array.from({ length: 96 }, () => random.uint32());

/** Bits (two's complement) of each output in each cycle, and a mask of those that do not depend on unspecified power-up state. */
const specifiedOutputs = (design: Design, stimulus: StimulusColumns) => {
  const runs = powerUpSeeds.map((powerUpSeed) => simulate(design, { powerUpSeed }).run(cycles, stimulus));
  return design.ports
    .filter(({ direction }) => direction === 'out')
    .map(({ name: port, type: { width } }) => {
      const [expected = [], ...others] = runs.map((run) =>
        Array.from(run[port] ?? [], (value: number | bigint) => BigInt.asUintN(width, BigInt(value))),
      );
      const specified = expected.map((value, cycle) =>
        others.reduce((mask, other) => mask & ~(value ^ (other[cycle] ?? 0n)), BigInt.asUintN(width, -1n)),
      );
      return { port, width, expected, specified };
    });
};

const onesOf = (mask: bigint): number => mask.toString(2).replaceAll('0', '').length;

/** One run of Yosys: units stay apart, and so do the modules that each unit keeps. */
const mapped = async (top: Design, members: readonly Design[], device: Device): Promise<VerilogSource> => {
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
