/** Circuits of one to two cells of IHP's sg13g2 library, their energy computed by hand from the entries of the file. */
import { describe, expect, it } from 'vitest';
import { haveShared, sharedPath } from '../../../test/nn/shared-data.js';
import { readLiberty } from '../liberty/index.js';
import { energyOf } from './energy.js';
import type { Bit, GateNetlist } from './netlist.js';
import { cellArcs, compareArcs, openStaVersion } from './testing/opensta.js';
import { runGates } from './waves.js';

const file = (name: string): string => sharedPath(`liberty/${name}.lib.gz`);
const sg13g2 = 'sg13g2_stdcell_typ_1p20V_25C';
/** Energy of charging `fF` once and not discharging it: 1/2 C V^2, V = nom_voltage 1.2. */
const half = (fF: number): number => 0.5 * fF * 1.2 * 1.2;

describe.runIf(haveShared())('energy from the entries of sg13g2', () => {
  const library = readLiberty(file(sg13g2));
  const gate = (type: string, connections: Readonly<Record<string, Bit>>) => {
    const cell = library.cells.get(`sg13g2_${type}`);
    if (cell === undefined) throw new Error(`no cell ${type}`);
    return { name: type, cell, connections: new Map(Object.entries(connections)) };
  };
  const input = (name: string, net: number) => ({ name, bits: [net] });
  /** Per operation, input slew at the tables' first point. */
  const energy = (
    netlist: Omit<GateNetlist, 'name'>,
    stimulus: Readonly<Record<string, readonly number[]>>,
    outputLoadFf: number,
  ) => {
    const whole = { name: 'hand', ...netlist };
    const waves = runGates(whole, stimulus, 3);
    return energyOf(whole, library, waves, { inputSlewNs: 0.0186, outputLoadFf });
  };

  it('two inverters in a row: loads, interpolation between loads, the slew that the first gives the second', () => {
    const { switching, inputs, internal } = energy(
      {
        inputs: [input('a', 2)],
        outputs: [input('y', 4)],
        gates: [gate('inv_1', { A: 2, Y: 3 }), gate('inv_1', { A: 3, Y: 4 })],
      },
      { a: [0, 1, 0] },
      23.4,
    );
    // Pin A: capacitance 0.0028869 pF. Each operation changes all three nets.
    expect(inputs).toBeCloseTo(half(2.8869), 6);
    expect(switching).toBeCloseTo(half(2.8869) + half(23.4), 6);
    // First: index_2 0.001, 0.0234 pF; the load 2.8869 fF lies this far between them:
    const share = (2.8869 - 1) / 22.4;
    const rise = 1.52015 + share * (1.95615 - 1.52015);
    const fall = 1.5768 + share * (2.03522 - 1.5768);
    // Its output slews at that load: rise 12.5999 .. 100.999 ps, fall 10.3362 .. 75.1289 ps; the mean is the second's input slew.
    const slew = (12.5999 + share * (100.999 - 12.5999) + 10.3362 + share * (75.1289 - 10.3362)) / 2;
    // Second, load 23.4 fF: index_1 18.6, 96.6 ps; below the first point along the same line.
    const along = (slew - 18.6) / 78;
    const second = (1.95615 + along * (1.7185 - 1.95615) + 2.03522 + along * (1.76499 - 2.03522)) / 2;
    expect(internal).toBeCloseTo((rise + fall) / 2 + second, 5);
  });

  it('a NAND through either input', () => {
    const nand = {
      inputs: [input('a', 2), input('b', 3)],
      outputs: [input('y', 4)],
      gates: [gate('nand2_1', { A: 2, B: 3, Y: 4 })],
    };
    const throughA = energy(nand, { a: [0, 1, 0], b: [1, 1, 1] }, 1);
    // First entries (slew 18.6 ps, load 1 fF): A rise 1.63165, fall 2.39463; B rise 1.74704, fall 4.12126.
    expect(throughA.internal).toBeCloseTo((1.63165 + 2.39463) / 2, 6);
    expect(throughA.inputs).toBeCloseTo(half(2.94419), 6);
    const throughB = energy(nand, { a: [1, 1, 1], b: [0, 1, 0] }, 1);
    expect(throughB.internal).toBeCloseTo((1.74704 + 4.12126) / 2, 6);
    expect(energy(nand, { a: [0, 1, 0], b: [0, 0, 0] }, 1).internal).toBe(0);
  });

  it('a half adder: sum and carry both follow a while b is 1, the sum alone while b is 0', () => {
    const adder = {
      inputs: [input('a', 2), input('b', 3)],
      outputs: [input('sum', 4), input('carry', 5)],
      gates: [gate('xor2_1', { A: 2, B: 3, X: 4 }), gate('and2_1', { A: 2, B: 3, X: 5 })],
    };
    // xor2 A: rise 6.95212, fall 8.45536; and2 A: rise 6.53102, fall 5.67449. Pins A: 5.78624 + 2.55195 fF.
    const xor = (6.95212 + 8.45536) / 2;
    const and = (6.53102 + 5.67449) / 2;
    const both = energy(adder, { a: [0, 1, 0], b: [1, 1, 1] }, 1);
    expect(both.internal).toBeCloseTo(xor + and, 5);
    expect(both.switching).toBeCloseTo(2 * half(1), 6);
    expect(both.inputs).toBeCloseTo(half(5.78624 + 2.55195), 6);
    expect(energy(adder, { a: [0, 1, 0], b: [0, 0, 0] }, 1).internal).toBeCloseTo(xor, 5);
  });

  it('a flip-flop that keeps 0: the clock alone, both edges', () => {
    const { internal, inputs, switching } = energy(
      {
        inputs: [input('clk', 2), input('d', 3)],
        outputs: [input('q', 4)],
        gates: [gate('dfrbp_1', { CLK: 2, D: 3, RESET_B: '1', Q: 4 })],
      },
      { d: [0, 0, 0] },
      1,
    );
    // CLK, when D = 0, RESET_B = 1, Q = 0: rise 11.1549, fall 11.1392; capacitance 2.74351 fF.
    expect(internal).toBeCloseTo(11.1549 + 11.1392, 4);
    expect(inputs).toBeCloseTo(2 * half(2.74351), 6);
    expect(switching).toBe(0);
  });

  it('a flip-flop whose input changes in every cycle: clock tables by state, both outputs, the open one too', () => {
    const { internal } = energy(
      {
        inputs: [input('clk', 2), input('d', 3)],
        outputs: [input('q', 4)],
        gates: [gate('dfrbp_1', { CLK: 2, D: 3, RESET_B: '1', Q: 4 })],
      },
      { d: [1, 0, 1] },
      1,
    );
    // Q is what D was, so the state before each edge is D = 1, Q = 0 in two cycles (fall 19.3712, no rise stated) and
    // D = 0, Q = 1 in one (fall 44.455). Two changes of D in two operations, behind the clock (when "CLK": rise 1.84107,
    // fall 1.43924), and of Q (load 1 fF: rise 30.492, fall 29.8386).
    const clock = (2 * 19.3712 + 44.455) / 3;
    const data = (1.84107 + 1.43924) / 2;
    const q = (30.492 + 29.8386) / 2;
    // Q_N has no load: its tables (1 fF: 29.8744, 30.5119; 23.4 fF: 46.7101, 47.2799) 1 fF below their first point.
    const rise = 29.8744 - (46.7101 - 29.8744) / 22.4;
    const fall = 30.5119 - (47.2799 - 30.5119) / 22.4;
    expect(internal).toBeCloseTo(clock + data + q + (rise + fall) / 2, 4);
  });
});

const missing = openStaVersion() === undefined || !haveShared();
if (missing)
  console.warn('not compared with OpenSTA: needs `sta` (apt-get install opensta) and ../shared/data/liberty');

describe.skipIf(missing)('OpenSTA', () => {
  /** fJ inside a cell over all its inputs, here and there; here and there for charging its load. */
  const compared = (name: string, types: readonly string[]) => {
    const library = readLiberty(file(name));
    const arcs = cellArcs(library).filter(({ cell }) =>
      types.includes(cell.name.replace(/^.*?_(?=[a-z0-9]+_1$)|^.*__/, '')),
    );
    const energies = compareArcs(arcs, library, file(name));
    expect(energies.length).toBe(arcs.length);
    return types.map((type) => {
      const own = energies.filter(({ cell }) => cell.endsWith(`_${type}`));
      expect(own.length, type).toBeGreaterThan(0);
      const sum = (key: 'internal' | 'switching', side: 0 | 1): number =>
        own.reduce((total, { [key]: pair }) => total + pair[side], 0);
      return {
        type,
        internal: sum('internal', 0) / sum('internal', 1),
        charging: sum('switching', 0) - sum('switching', 1),
      };
    });
  };

  it.each([
    [sg13g2, ['inv_1', 'buf_1', 'nand2_1', 'nor2_1', 'and2_1', 'or2_1']],
    [
      'sky130hd_tt',
      ['inv_1', 'buf_1', 'nand2_1', 'nor2_1', 'and2_1', 'or2_1', 'xor2_1', 'xnor2_1', 'dfxtp_1'],
    ],
  ])('finds the same energies in cells of %s, within 0.2 %%', (name, types) => {
    for (const { type, internal, charging } of compared(name, types)) {
      expect(Math.abs(internal - 1), type).toBeLessThan(0.002);
      expect(Math.abs(charging), type).toBeLessThan(0.001);
    }
  });
});
