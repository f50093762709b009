import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { component, emitVerilog, uint } from '../../hdl/index.js';
import { runVerilator, sourceOf } from '../../sim/index.js';
import { lookForTool } from '../../tools/index.js';
import { findDevice } from '../devices.js';
import { netlistSimulationFiles } from '../netlist-simulation.js';
import { synthesize } from '../synthesize.js';
import { instrumentedNetlist } from './index.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const counter = component('counter', { in: {}, out: { value: uint(4) } }, (_, m) => {
  const { count } = m.regs({ count: uint(4) });
  count.next = count.add(1).wrap(4);
  return { value: count };
}).design;

describe('the cells that are counted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-activity-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const netlistOf = (...types: readonly string[]): string => {
    const cells = Object.fromEntries(
      types.map((type, index): readonly [string, object] => [
        `cell${String(index)}`,
        { type, parameters: {}, port_directions: { O: 'output' }, connections: { O: [index + 2] } },
      ]),
    );
    const file = join(folder, 'netlist.json');
    const ports = { clk: { direction: 'input', bits: [1000] } };
    writeFileSync(file, JSON.stringify({ modules: { top: { ports, cells } } }));
    return file;
  };

  it('are of every kind that the devices have; what has no name of its own is told by its type', () => {
    const types = ['SB_MAC16', 'SB_SPRAM256KA', 'MULT18X18D', 'DP16KD', 'PDPW16KD', 'SB_GB', '$scopeinfo'];
    const { counters } = instrumentedNetlist(netlistOf(...types), 'top');
    expect(counters.map(({ kind, cells }) => [kind, cells])).toEqual([
      ['DSP', 2],
      ['SB_GB', 1],
      ['block RAM', 2],
      ['single-port RAM', 1],
    ]);
  });

  it('are all: logic that is not mapped is refused', () => {
    expect(() => instrumentedNetlist(netlistOf('SB_LUT4', '$mul'), 'top')).toThrow(
      'the netlist of top cannot be simulated: cell1 is a $mul, which is no cell of a device',
    );
  });
});

const available = (await lookForTool('verilator')).found !== undefined;

describe.runIf(available || process.env['CI'] !== undefined)('instrumentedNetlist', () => {
  it.each(['hx8k', 'ecp5-25k'])('counts the changes of a counter on %s', async (name) => {
    const device = findDevice(name);
    const files = emitVerilog(counter).files;
    const mapped = await synthesize({
      verilogFiles: files,
      top: counter.name,
      device,
      tools: { force: 'npm' },
    });
    const { text, counters } = instrumentedNetlist(mapped.netlistJson, counter.name);
    const models = netlistSimulationFiles(device).map((path) => ({
      name: basename(path),
      text: readFileSync(path, 'utf8'),
    }));
    const plain = sourceOf(counter);
    const source = {
      ...plain,
      files: [{ name: 'netlist.v', text }, ...models],
      ports: [
        ...plain.ports,
        ...counters.map(({ port, width }) => ({
          ...{ name: port, direction: 'out' as const },
          type: { signed: false, width },
        })),
      ],
      ...(device.family === 'ice40' ? { defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' } } : {}),
    };
    const cycles = 40;
    const rst = Array.from({ length: cycles }, (_, cycle) => (cycle < 2 ? 1 : 0));
    const { values } = await runVerilator(source, cycles, { rst }, { favour: 'build' });
    const during = (kind: string): number => {
      const column = values[counters.find((each) => each.kind === kind)?.port ?? ''] ?? [];
      return Number((column[37] ?? 0n) - (column[21] ?? 0n));
    };
    // Sixteen cycles of counting change the four bits 16, 8, 4 and 2 times, and so what the LUTs and carries compute.
    expect(values['value']?.slice(21, 38)).toEqual([...(values['value']?.slice(5, 22) ?? [])]);
    expect(during('register')).toBe(30);
    expect(counters.find(({ kind }) => kind === 'register')?.cells).toBe(4);
    expect(
      during('LUT') + (counters.some(({ kind }) => kind === 'carry') ? during('carry') : 0),
    ).toBeGreaterThanOrEqual(30);
  });
});
