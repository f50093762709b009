import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { component, uint } from '../../hdl/index.js';
import { libraryOf } from '../liberty/index.js';
import { checkGates, costOfMapping, gateCost } from './cost.js';
import { columnForm, operatorForm } from './exact-multipliers.js';
import { mapAllToGates, mapToGates, verilogOf } from './mapping.js';
import { randomOperands } from './stimulus.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const gate = (name: string, area: number, pins: string, logic: string): string => {
  const inputs = pins.split(' ').map((pin) => `pin (${pin}) { direction : input; capacitance : 1; }`);
  return `cell (${name}) { area : ${String(area)}; ${inputs.join(' ')} pin (Y) { direction : output; function : "${logic}"; } }`;
};
const library = libraryOf(
  `library (few) { capacitive_load_unit (1, ff); nom_voltage : 1;
  ${gate('INV', 1, 'A', '!A')} ${gate('BIGINV', 2, 'A', '!A')} ${gate('NAND', 1.5, 'A B', '!(A B)')}
  ${gate('NOR', 1.5, 'A B', '!(A+B)')} ${gate('XOR', 3, 'A B', 'A^B')} ${gate('AOI', 2, 'A B C', '!(A B + C)')}
  cell (DFF) { area : 6; ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }
    pin (CK) { direction : input; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; } } }`,
  'few.lib',
);

const accumulate = component(
  'accumulate',
  { in: { a: uint(4), b: uint(2) }, out: { total: uint(8) } },
  ({ a, b }, m) => {
    const { sum } = m.regs({ sum: uint(8) });
    sum.next = sum.add(a.mul(b)).wrap(8);
    return { total: sum };
  },
).design;

let cache = '';
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'nomul-gates-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

describe('mapAllToGates', () => {
  it('maps several designs in one run; their gates do what the designs do', async () => {
    const options = { library, cache, tools: { force: 'npm' as const } };
    const operator = operatorForm({ aWidth: 3, bWidth: 4, signed: true });
    const columns = columnForm({ aWidth: 4, bWidth: 3, signed: true });
    const unsigned = columnForm({ aWidth: 3, bWidth: 3 });
    const sources = [operator, columns, unsigned, { ...verilogOf(operator), booth: true }, accumulate];
    const mapped = await mapAllToGates(sources, options);
    const [first, second, third, booth, sequential] = mapped.map(({ netlist }) => netlist);
    if (!first || !second || !third || !booth || !sequential) throw new Error('five sources, five mappings');
    const pairs = (aWidth: number, bWidth: number) => {
      const codes = Array.from({ length: 2 ** (aWidth + bWidth) }, (_, code) => code);
      return { a: codes.map((code) => code >> bWidth), b: codes.map((code) => code & (2 ** bWidth - 1)) };
    };
    checkGates(first, operator, pairs(3, 4));
    checkGates(booth, operator, pairs(3, 4));
    checkGates(second, operatorForm({ aWidth: 4, bWidth: 3, signed: true }), pairs(4, 3));
    checkGates(third, operatorForm({ aWidth: 3, bWidth: 3 }), pairs(3, 3));
    const stimulus = {
      rst: Array.from({ length: 200 }, (_, cycle) => (cycle < 2 ? 1 : 0)),
      ...randomOperands({ a: 16, b: 4 }, 200),
    };
    checkGates(sequential, accumulate, stimulus, 1);
    const wrong = operatorForm({ aWidth: 4, bWidth: 3 });
    expect(() => checkGates(second, wrong, pairs(4, 3))).toThrow(
      /the gates of exact_4x3_signed_columns differ from it: product is/,
    );

    expect(mapped.map(({ fromCache }) => fromCache)).toEqual([false, false, false, false, false]);
    const area: Readonly<Record<string, number>> = { INV: 1, NAND: 1.5, NOR: 1.5, XOR: 3, AOI: 2, DFF: 6 };
    for (const { cells, area: total } of mapped)
      expect(total).toBeCloseTo(
        Object.entries(cells).reduce((sum, [name, count]) => sum + count * (area[name] ?? Number.NaN), 0),
        9,
      );
    expect(mapped[4]?.cells).toMatchObject({ DFF: 8 });

    const again = await gateCost(operator, { ...options, stimulus: randomOperands({ a: 8, b: 16 }, 1000) });
    expect(again).toMatchObject({ mapping: { fromCache: true }, area: mapped[0]?.area, delayNs: undefined });
    expect(again.energy.switching).toBeGreaterThan(0);
    // Operands that change less cost less.
    const mapping = again.mapping;
    const calm = costOfMapping(mapping, {
      library,
      stimulus: randomOperands({ a: [9, 1, 1, 1, 0, 0, 0, 1], b: 16 }, 1000),
    });
    const still = costOfMapping(mapping, { library, stimulus: { a: [3, 3, 3], b: [5, 5, 5] } });
    expect(calm.energy.total).toBeLessThan(again.energy.total);
    expect(still.energy.total).toBe(0);
  });

  it('names the cell that the library lacks', async () => {
    const cells = [...library.cells].filter(([name]) => name !== 'DFF');
    await expect(
      mapToGates(accumulate, {
        library: { ...library, cells: new Map(cells) },
        cache,
        tools: { force: 'npm' },
      }),
    ).rejects.toThrow(
      /accumulate needs a \$_S?DFF_\w+_ \(.*\), and the library few has no usable cell for it/,
    );
  });
});
