/**
 * Mapped netlists of every unit, with the options that `implement` maps it with: Yosys of npm for both families, then one
 * Verilator build per family in which the netlists do in every cycle what the compiled simulator does.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitVerilog, type Design } from '../src/hdl/index.js';
import { cosimulate, sourceOf, type VerilogSource } from '../src/sim/index.js';
import { findDevice, netlistSimulationFiles, synthesize, type Device } from '../src/synth/index.js';
import { lookForTool } from '../src/tools/index.js';
import { unitSynthesis } from '../src/units/index.js';
import { sideBySide } from './helpers/side-by-side.js';
import { cellFamily } from './helpers/vendor-cells.js';
import { unitExamples } from './unit-examples/index.js';

const available = (await lookForTool('verilator')).found !== undefined;
if (!available) console.warn('netlists of units skipped: verilator is missing (make setup installs it)');

/** up5k, which has the multiplier cells, for iCE40. */
const devices = [findDevice('up5k'), findDevice('ecp5-85k')];

describe.runIf(available || process.env['CI'] !== undefined)('mapped netlists', () => {
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-netlists-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it.each(devices)(
    'of all units do what the units do on $name',
    async (device) => {
      const members = unitExamples.filter(
        (design) => (cellFamily(design) ?? device.family) === device.family,
      );
      const top = sideBySide(members);
      const netlist = await mapped(top, members, device, cache);
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
