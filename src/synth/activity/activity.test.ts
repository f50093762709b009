import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { component, uint } from '../../hdl/index.js';
import { lookForTool } from '../../tools/index.js';
import { instrumentedNetlist } from './index.js';
import { countedChanges } from './testing/changes.js';

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
  // Sixteen cycles of counting change the four bits 16, 8, 4 and 2 times, and so the LUTs that give the next count. On
  // iCE40 two of them take a carry: into bit 2, which is there in every fourth cycle alone, and into bit 3, in every eighth.
  const parts = [
    {
      part: 'hx8k',
      cells: { register: 4, LUT: 4, carry: 2 },
      during: { register: 30, LUT: 30, carry: 8 + 4 },
    },
    { part: 'ecp5-25k', cells: { register: 4, LUT: 4 }, during: { register: 30, LUT: 30 } },
  ];
  it.each(parts)('counts the changes of a counter on $part', async ({ part, cells, during }) => {
    const cycles = 40;
    const rst = Array.from({ length: cycles }, (_, cycle) => (cycle < 2 ? 1 : 0));
    const counted = await countedChanges(counter, part, cycles, { rst });
    const counting = rst.slice(2).map((_, cycle) => BigInt(cycle % 16));
    expect(counted.values['value']?.slice(2)).toEqual(counting);
    expect(counted.cells).toEqual(cells);
    const sums = Object.entries(counted.changes).map(([kind, changes]): readonly [string, number] => [
      kind,
      changes.slice(21, 37).reduce((sum, each) => sum + each, 0),
    ]);
    expect(Object.fromEntries(sums)).toEqual(during);
  });
});
