import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate, libraryOf, lookUp, parseExpression, readLiberty } from './index.js';

const sharedFolder = join(import.meta.dirname, '../../../../shared/data/liberty');

const TINY = `/* one inverter */
library (tiny) {
  time_unit : "1ps"; voltage_unit : "1V"; capacitive_load_unit (1, pf); leakage_power_unit : "1uW";
  nom_voltage : 0.9;
  power_lut_template (energy) {
    variable_1 : total_output_net_capacitance;
    variable_2 : input_transition_time;
    index_1 ("1, 2"); index_2 ("10, 20, 40");
  }
  cell (INV) {
    area : 1.5
    cell_leakage_power : 7;
    leakage_power () { value : 3; when : "!A"; }
    pin (A) { direction : input; capacitance : 0.002; }
    pin (Y) {
      direction : output; function : "A'";
      internal_power () {
        related_pin : "A";
        rise_power (energy) { values ("1, 2, 4", \\
                                      "3, 4, 6"); }
        fall_power (scalar) { values ("0.5"); }
      }
    }
  }
}
`;

describe('libraryOf', () => {
  const library = libraryOf(TINY, 'tiny.lib');
  const inverter = library.cells.get('INV');
  const [input, output] = inverter?.pins ?? [];

  it('reads cells in um2, fF, ns, V, nW and fJ, whatever units the file uses', () => {
    expect(library).toMatchObject({ name: 'tiny', voltage: 0.9 });
    expect(inverter).toMatchObject({ area: 1.5, kind: 'combinational' });
    expect(input).toMatchObject({ name: 'A', direction: 'input', capacitance: 2 });
    expect(output).toMatchObject({ name: 'Y', function: { op: 'not', args: [{ op: 'pin', pin: 'A' }] } });
    expect(inverter?.leakage).toEqual([
      { states: [{ when: { op: 'not', args: [{ op: 'pin', pin: 'A' }] }, nw: 3000 }], otherwise: 7000 },
    ]);
    // Slews in rows whatever the order of the template's variables; 1 pF x 1 V^2 = 1000 fJ.
    expect(output?.internalPower).toEqual([
      {
        relatedPin: 'A',
        rise: {
          slews: [0.01, 0.02, 0.04],
          loads: [1000, 2000],
          values: [
            [1000, 3000],
            [2000, 4000],
            [4000, 6000],
          ],
        },
        fall: { slews: [0], loads: [0], values: [[500]] },
      },
    ]);
  });

  it.each([
    ['', 'tiny.lib:1: expected library (NAME) {, but the file ends'],
    ['module m; endmodule', 'tiny.lib:1: expected library (NAME) {, but "module" stands there'],
    [
      'library (x) {\n cell (A) { area : 1;\n',
      'tiny.lib:3: expected an attribute, a group or the } of cell (line 2), but the file ends',
    ],
    [
      'library (x) {\n cell (A) { area 1; } }',
      'tiny.lib:2: expected : or ( after area, but "1" stands there',
    ],
    ['library (x) {\n cell (A) { area : big; } }', 'tiny.lib:2: area has "big" where a number is expected'],
    ['library (x) {\n /* cell (A) { } }', 'tiny.lib:2: a comment or string that starts here does not end'],
    ['library (x) { }', 'tiny.lib:1: expected cells, but the library has none'],
    ['library (x) { time_unit : "soon"; }', 'tiny.lib:1: time_unit is "soon", expected something like 1ns'],
    [TINY.replace("A'", 'A &'), 'tiny.lib:16: function "A &" is not a Boolean expression'],
    [
      TINY.replace('"3, 4, 6"', '"3, 4"'),
      'tiny.lib:19: rise_power has 5 values where 3 slews x 2 loads are expected',
    ],
    [
      TINY.replace('(energy) { values', '(watts) { values'),
      'tiny.lib:19: rise_power uses the table template watts, which is not defined',
    ],
  ])('says where and what is wrong with %j', (text, message) => {
    expect(() => libraryOf(text, 'tiny.lib')).toThrow(
      expect.objectContaining({ code: 'BAD_LIBERTY', exitCode: 2, message }),
    );
  });

  it.skipIf(!existsSync(sharedFolder)).each([
    {
      name: 'asap7_small',
      voltage: 0.7,
      cells: 4,
      inverter: 'INVx2_ASAP7_75t_R',
      area: 0.05832,
      load: 1.19281,
    },
    {
      name: 'sg13g2_stdcell_typ_1p20V_25C',
      voltage: 1.2,
      cells: 78,
      inverter: 'sg13g2_inv_1',
      area: 5.4432,
      load: 2.8869,
    },
    {
      name: 'sky130hd_tt',
      voltage: 1.8,
      cells: 428,
      inverter: 'sky130_fd_sc_hd__inv_1',
      area: 3.7536,
      load: 2.302,
    },
  ])('reads $name', ({ name, voltage, cells, inverter: cellName, area, load }) => {
    const read = readLiberty(join(sharedFolder, `${name}.lib.gz`));
    expect(read).toMatchObject({ voltage });
    expect(read.cells.size).toBe(cells);
    const cell = read.cells.get(cellName);
    expect(cell).toMatchObject({ area, kind: 'combinational' });
    expect(cell?.pins.find((pin) => pin.direction === 'input')?.capacitance).toBeCloseTo(load, 9);
  });
});

describe('lookUp', () => {
  const table = {
    slews: [1, 2, 4],
    loads: [10, 20],
    values: [
      [1, 3],
      [2, 4],
      [4, 8],
    ],
  };

  it('is linear between points and beyond the ends, in both directions', () => {
    expect(lookUp(table, 1, 10)).toBe(1);
    expect(lookUp(table, 4, 20)).toBe(8);
    expect(lookUp(table, 1.5, 15)).toBe(2.5);
    expect(lookUp(table, 3, 15)).toBe(4.5);
    expect(lookUp(table, 0, 10)).toBe(0);
    expect(lookUp(table, 5, 30)).toBe(15);
  });
});

describe('parseExpression', () => {
  const bit = (text: string, values: Readonly<Record<string, number>>): number | undefined => {
    const parsed = parseExpression(text);
    return (
      parsed &&
      evaluate<number>(parsed, {
        pin: (name) => values[name] ?? 0,
        constant: (value) => value,
        not: (a) => 1 - a,
        and: (a, b) => a & b,
        or: (a, b) => a | b,
        xor: (a, b) => a ^ b,
      })
    );
  };

  it.each([
    ["!A B + C'", (a: number, b: number, c: number) => ((1 - a) & b) | (1 - c)],
    ['A*B^C', (a: number, b: number, c: number) => a & (b ^ c)],
    ['(A|B)&!(B & C)', (a: number, b: number, c: number) => (a | b) & (1 - (b & c))],
    ["(A+1)'", () => 0],
    ["!A'", (a: number) => a],
  ])('%s', (text, expected) => {
    for (const [A, B, C] of [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n & 1, (n >> 1) & 1, n >> 2] as const))
      expect(bit(text, { A, B, C })).toBe(expected(A, B, C));
  });

  it('refuses what is no expression', () => {
    for (const text of ['', 'A +', '(A', 'A)', '+', 'A ? B']) expect(parseExpression(text)).toBeUndefined();
  });
});
