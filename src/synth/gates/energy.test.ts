import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnusableNetlist } from '../errors.js';
import { libraryOf } from '../liberty/index.js';
import { energyOf, leakageOf } from './energy.js';
import { loadsOf } from './loads.js';
import type { Gate, GateNetlist } from './netlist.js';
import { timingOf } from './timing.js';
import { runGates, togglesOf, valuesOf } from './waves.js';

/** 2 V, so that a toggle of C fF costs C/2 x 4 fJ; tables linear in slew (ns) and load (fF), easy to do by hand. */
const library = libraryOf(
  `library (hand) {
  time_unit : "1ns"; voltage_unit : "1V"; capacitive_load_unit (1, ff); leakage_power_unit : "1nW";
  nom_voltage : 2;
  power_lut_template (energy) {
    variable_1 : input_transition_time; variable_2 : total_output_net_capacitance;
    index_1 ("0, 1"); index_2 ("0, 10");
  }
  lu_table_template (delay) {
    variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;
    index_1 ("0, 1"); index_2 ("0, 10");
  }
  cell (INV) {
    area : 2;
    leakage_power () { value : 5; when : "A"; }
    leakage_power () { value : 1; when : "!A"; }
    pin (A) { direction : input; capacitance : 3; }
    pin (Y) {
      direction : output; function : "!A";
      timing () {
        related_pin : "A"; timing_sense : negative_unate;
        cell_rise (delay) { values ("0.1, 1.1", "0.3, 1.3"); }
        cell_fall (delay) { values ("0.2, 1.2", "0.4, 1.4"); }
        rise_transition (delay) { values ("0.1, 2.1", "0.1, 2.1"); }
        fall_transition (delay) { values ("0.2, 2.2", "0.2, 2.2"); }
      }
      internal_power () {
        related_pin : "A";
        rise_power (energy) { values ("7, 17", "9, 19"); }
        fall_power (energy) { values ("1, 11", "3, 13"); }
      }
    }
  }
  cell (NAND2) {
    area : 3; cell_leakage_power : 4;
    pin (A) { direction : input; capacitance : 2; internal_power () { when : "!B"; rise_power (scalar) { values ("0.5"); } fall_power (scalar) { values ("0.3"); } } }
    pin (B) { direction : input; capacitance : 4; }
    pin (Y) {
      direction : output; function : "!(A B)";
      internal_power () { related_pin : "A"; rise_power (scalar) { values ("8"); } fall_power (scalar) { values ("4"); } }
      internal_power () { related_pin : "B"; rise_power (scalar) { values ("3"); } fall_power (scalar) { values ("1"); } }
    }
  }
  cell (DFF) {
    area : 9;
    ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; clear : "!RN"; }
    pin (CK) { direction : input; capacitance : 1; internal_power () { rise_power (scalar) { values ("2"); } fall_power (scalar) { values ("1"); } } }
    pin (D) { direction : input; capacitance : 2; }
    pin (RN) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; }
    pin (QN) { direction : output; function : "IQN"; }
  }
}`,
  'hand.lib',
);

function gate(name: string, type: string, connections: Readonly<Record<string, number | '0' | '1'>>): Gate {
  const cell = library.cells.get(type);
  if (cell === undefined) throw new Error(`no cell ${type}`);
  return { name, cell, connections: new Map(Object.entries(connections)) };
}

const inverter: GateNetlist = {
  name: 'inverter',
  inputs: [{ name: 'a', bits: [2] }],
  outputs: [{ name: 'y', bits: [3] }],
  gates: [gate('g', 'INV', { A: 2, Y: 3 })],
};
const nand: GateNetlist = {
  name: 'nand',
  inputs: [
    { name: 'a', bits: [2] },
    { name: 'b', bits: [3] },
  ],
  outputs: [{ name: 'y', bits: [4] }],
  gates: [gate('g', 'NAND2', { A: 2, B: 3, Y: 4 })],
};
const chain: GateNetlist = {
  name: 'chain',
  inputs: [{ name: 'a', bits: [2] }],
  outputs: [{ name: 'y', bits: [4] }],
  gates: [gate('second', 'INV', { A: 3, Y: 4 }), gate('first', 'INV', { A: 2, Y: 3 })],
};
const toggle: GateNetlist = {
  name: 'toggle',
  inputs: [{ name: 'clk', bits: [2] }],
  outputs: [{ name: 'q', bits: [3] }],
  gates: [gate('ff', 'DFF', { CK: 2, D: 4, RN: '1', Q: 3, QN: 4 })],
};

describe('energyOf', () => {
  it('of an inverter is what its tables say', () => {
    const a = [0, 1, 1, 0];
    const waves = runGates(inverter, { a }, a.length);
    const energy = energyOf(inverter, library, waves, {
      operationNs: 100,
      inputSlewNs: 0.5,
      outputLoadFf: 10,
    });
    // Two toggles of each net in three operations; per toggle: output 1/2 x 10 fF x 4 V2, input 1/2 x 3 fF x 4 V2,
    // table at slew 0.5, load 10: rise 18, fall 12; leakage 1, 5, 5, 1 nW for 100 ns.
    expect(energy.switching).toBeCloseTo((2 * 20) / 3, 9);
    expect(energy.inputs).toBeCloseTo((2 * 6) / 3, 9);
    expect(energy.internal).toBeCloseTo((2 * 15) / 3, 9);
    expect(energy.leakage).toBeCloseTo(0.3, 9);
    expect(energy.total).toBeCloseTo((40 + 12 + 30) / 3 + 0.3, 9);
    expect(leakageOf(inverter, waves)).toBeCloseTo(3, 9);
  });

  it('of a NAND takes the table of the input that caused a change, and those of inputs where their condition holds', () => {
    const stimulus = { a: [1, 0, 1, 1, 1, 1], b: [1, 1, 1, 0, 1, 0] };
    const waves = runGates(nand, stimulus, 6);
    const energy = energyOf(nand, library, waves);
    // y: 0 1 0 1 0 1: two toggles through a (mean 6), three through b (mean 2); a toggles twice (0.4 each).
    expect(energy.internal).toBeCloseTo((2 * 6 + 3 * 2 + 2 * 0.4) / 5, 9);
    expect(energy.inputs).toBeCloseTo((2 * 0.5 * 2 * 4 + 3 * 0.5 * 4 * 4) / 5, 9);
    expect(energy.switching).toBe(0);
    expect(energy.leakage).toBeCloseTo(4 * 10 * 1e-3, 9);
  });

  it('of a chain uses the load and the slew of each gate, and its delay adds up', () => {
    const waves = runGates(chain, { a: [0, 1] }, 2);
    const energy = energyOf(chain, library, waves, { inputSlewNs: 1 });
    // First inverter: load 3 fF, slew 1: rise 12, fall 6. Its output slews: rise 0.7, fall 0.8; second: load 0, slew 0.75.
    expect(energy.internal).toBeCloseTo((12 + 6) / 2 + (7 + 1.5 + (1 + 1.5)) / 2, 9);
    expect(energy.switching).toBeCloseTo(0.5 * 3 * 4, 9);
    const { delayNs, edges } = timingOf(chain, loadsOf(chain, 0), 1);
    // Rise of net 3: 0.3 + 3 x 0.1 = 0.6, fall 0.7. Output rises after the fall: 0.7 + 0.1 + 0.2 x 0.8; falls: 0.6 + 0.2 + 0.2 x 0.7.
    expect(edges(3).rise.slew).toBeCloseTo(0.7, 9);
    expect(edges(3).fall.slew).toBeCloseTo(0.8, 9);
    expect(delayNs).toBeCloseTo(0.96, 9);
  });

  it('counts the clock of flip-flops: two edges in each cycle', () => {
    const waves = runGates(toggle, {}, 5);
    expect([...valuesOf(waves, { name: 'q', bits: [3] })]).toEqual([0, 1, 0, 1, 0]);
    const energy = energyOf(toggle, library, waves);
    expect(energy.inputs).toBeCloseTo(2 * 0.5 * 1 * 4, 9);
    expect(energy.internal).toBeCloseTo(2 * 1.5, 9);
    expect(energy.switching).toBeCloseTo(0.5 * 2 * 4, 9);
  });

  it('needs a supply voltage', () => {
    const waves = runGates(inverter, { a: [0, 1] }, 2);
    expect(() => energyOf(inverter, { ...library, voltage: undefined }, waves)).toThrow(
      /hand states no nom_voltage/,
    );
  });
});

describe('runGates', () => {
  it('shows every value and every change once, in one lane or in many', () => {
    const vectors = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 700 });
    fc.assert(
      fc.property(vectors, (codes) => {
        const [a, b] = [codes.map((code) => code & 1), codes.map((code) => code >> 1)];
        const waves = runGates(nand, { a, b }, codes.length);
        const expected = codes.map((code) => (code === 3 ? 0 : 1));
        expect([...valuesOf(waves, { name: 'y', bits: [4] })]).toEqual(expected);
        const changes = expected.filter((value, i) => i > 0 && value !== expected[i - 1]).length;
        expect(togglesOf(waves.words(4))).toBe(changes);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    [
      'a loop',
      { ...chain, gates: [gate('one', 'INV', { A: 4, Y: 3 }), gate('two', 'INV', { A: 3, Y: 4 })] },
      'its logic has a loop through cell one',
    ],
    [
      'a reset in use',
      { ...toggle, gates: [gate('ff', 'DFF', { CK: 2, D: 4, RN: 2, Q: 3, QN: 4 })] },
      'the asynchronous reset of flip-flop ff is in use',
    ],
    [
      'a derived clock',
      { ...toggle, gates: [...toggle.gates, gate('two', 'DFF', { CK: 3, D: 4, RN: '1', Q: 5 })] },
      'its flip-flops are not all clocked by one input',
    ],
  ])('refuses %s', (_, netlist: GateNetlist, reason) => {
    expect(() => runGates(netlist, { a: [0, 1] }, 2)).toThrow(
      expect.objectContaining({
        code: 'UNUSABLE_NETLIST',
        message: `the netlist of ${netlist.name} cannot be simulated: ${reason}`,
      }),
    );
    expect(() => runGates(netlist, { a: [0, 1] }, 2)).toThrow(UnusableNetlist);
  });
});
