/** Energy of a netlist while its nets do what a simulation showed. Formula and limits: docs/gates.md. */

import {
  evaluate,
  lookUp,
  type Expression,
  type InternalPower,
  type Leakage,
  type Library,
  type Logic,
} from '../liberty/index.js';
import { UnusableNetlist } from '../errors.js';
import { loadsOf } from './loads.js';
import type { Bit, Gate, GateNetlist } from './netlist.js';
import { timingOf } from './timing.js';
import { ones, togglesOf, type GateWaves } from './waves.js';

export interface EnergyOptions {
  /** Time from one value of the stimulus to the next. Default 10 ns; only leakage depends on it. */
  readonly operationNs?: number;
  /** Slew of the inputs. Default 0.05 ns. */
  readonly inputSlewNs?: number;
  /** Load on each output port bit. Default 0 fF. */
  readonly outputLoadFf?: number;
}

/** The defaults. */
export const CONDITIONS: Required<EnergyOptions> = { operationNs: 10, inputSlewNs: 0.05, outputLoadFf: 0 };

/** In fJ for each operation: one value of the stimulus to the next. */
export interface Energy {
  /** Charging and discharging of the nets that gates drive. */
  readonly switching: number;
  /** The same for the nets that input ports (and the clock) drive: spent by whoever drives them. */
  readonly inputs: number;
  /** Inside the cells, by the library's tables. */
  readonly internal: number;
  readonly leakage: number;
  /** Sum of the four. */
  readonly total: number;
}

/** Per operation, averaged over the stimulus. @throws UnusableNetlist when the library states no supply voltage */
export function energyOf(
  netlist: GateNetlist,
  library: Library,
  waves: GateWaves,
  options: EnergyOptions = {},
): Energy {
  const { operationNs, inputSlewNs, outputLoadFf } = { ...CONDITIONS, ...options };
  const { voltage } = library;
  if (voltage === undefined)
    throw new UnusableNetlist(
      netlist.name,
      `the library ${library.name} states no nom_voltage, so there is no energy`,
    );
  const operations = Math.max(1, waves.vectors - 1);
  const loads = loadsOf(netlist, outputLoadFf);
  const { edges } = timingOf(netlist, loads, inputSlewNs);
  const toggles = (net: Bit): number => (net === waves.clock ? 2 * operations : togglesOf(waves.words(net)));
  const charging = (nets: readonly Bit[]): number =>
    sum(nets.map((net) => toggles(net) * 0.5 * (loads.get(net) ?? 0) * voltage * voltage)) / operations;
  const slewOf = (net: Bit): number => (edges(net).rise.slew + edges(net).fall.slew) / 2;
  const context = { waves, toggles, slewOf, loadOf: (net: Bit) => loads.get(net) ?? 0 };
  const driven = new Set(netlist.inputs.flatMap(({ bits }) => bits));
  const terms = {
    switching: charging([...loads.keys()].filter((net) => !driven.has(net))),
    inputs: charging([...driven]),
    internal: sum(netlist.gates.map((gate) => internalEnergy(gate, context))) / operations,
    // nW x ns = 10^-18 J
    leakage: leakageOf(netlist, waves) * operationNs * 1e-3,
  };
  return { ...terms, total: sum(Object.values(terms)) };
}

/** Leakage in nW, averaged over the states in which the stimulus put each cell. */
export function leakageOf({ gates }: GateNetlist, waves: GateWaves): number {
  return sum(gates.map((gate) => sum(gate.cell.leakage.map((supply) => supplyLeakage(gate, supply, waves)))));
}

function supplyLeakage(gate: Gate, { states, otherwise }: Leakage, waves: GateWaves): number {
  if (otherwise === 0 && states.every(({ nw }) => nw === 0)) return 0;
  const shares = states.map(({ when, nw }) => ({ nw, share: timeIn(gate, when, waves) }));
  const rest = Math.max(0, 1 - sum(shares.map(({ share }) => share)));
  return sum(shares.map(({ nw, share }) => nw * share)) + otherwise * rest;
}

/** The share of the time in which a condition on a cell's pins holds; the clock is high and low for as long. */
function timeIn(gate: Gate, when: Expression, waves: GateWaves): number {
  const shares = (['0', '1'] as const).map(
    (clock) => countCommon([conditionWords(gate, when, waves, clock), waves.fresh]) / waves.vectors,
  );
  return sum(shares) / 2;
}

interface Context {
  readonly waves: GateWaves;
  readonly toggles: (net: Bit) => number;
  readonly slewOf: (net: Bit) => number;
  readonly loadOf: (net: Bit) => number;
}

/** Of one cell over the whole stimulus. */
function internalEnergy(gate: Gate, context: Context): number {
  return sum(
    gate.cell.pins.map(({ name, direction, internalPower }) => {
      const own = gate.connections.get(name);
      // An output that is left open changes all the same, with no load.
      const net = own ?? (direction === 'output' ? stateNet(gate)?.net : undefined);
      if (net === undefined || internalPower.length === 0) return 0;
      const loaded = own === undefined ? { ...context, loadOf: () => 0 } : context;
      const supplies = [...new Set(internalPower.map(({ supply }) => supply))];
      const each = supplies.map((supply) => internalPower.filter((power) => power.supply === supply));
      return context.toggles(net) * sum(each.map((powers) => meanEnergy(gate, net, powers, loaded)));
    }),
  );
}

/** The net that shows the state of a flip-flop, or its inverse. */
function stateNet({
  cell,
  connections,
}: Gate): { readonly net: Bit; readonly inverted: boolean } | undefined {
  const { pins, flipFlop } = cell;
  for (const { name, function: shows } of pins) {
    const net = connections.get(name);
    if (net === undefined || shows?.op !== 'pin') continue;
    if (shows.pin === flipFlop?.state) return { net, inverted: false };
    if (shows.pin === flipFlop?.inverse) return { net, inverted: true };
  }
  return undefined;
}

/** Energy of one transition of a pin: the mean of its tables, each weighted by how often its cause and condition came with one. */
function meanEnergy(gate: Gate, net: Bit, powers: readonly InternalPower[], context: Context): number {
  const weights =
    powers.length === 1 ? [1] : powers.map((power) => timesCaused(gate, net, power, powers, context.waves));
  const total = sum(weights);
  const energies = powers.map((power) => tableEnergy(gate, net, power, context));
  if (total === 0) return sum(energies) / energies.length;
  return sum(energies.map((energy, i) => energy * (weights[i] ?? 0))) / total;
}

/** Rise and fall come equally often, up to one. */
function tableEnergy(
  { connections }: Gate,
  net: Bit,
  { relatedPin, rise, fall }: InternalPower,
  { slewOf, loadOf }: Context,
): number {
  const slew = slewOf(relatedPin === undefined ? net : (connections.get(relatedPin) ?? net));
  const load = loadOf(net);
  return (lookUp(rise, slew, load) + lookUp(fall, slew, load)) / 2;
}

/**
 * How often the net changed together with the table's related pin and ended up where its condition holds. A table without a
 * condition holds where none of its related pin's other tables does.
 */
function timesCaused(
  gate: Gate,
  net: Bit,
  { relatedPin, when }: InternalPower,
  all: readonly InternalPower[],
  waves: GateWaves,
): number {
  const cause = relatedPin === undefined ? net : (gate.connections.get(relatedPin) ?? net);
  const changing = [net, cause]
    .filter((changed) => changed !== waves.clock)
    .map((changed) => changesOf(waves.words(changed)));
  const holds = (condition: Expression): Uint32Array => conditionWords(gate, condition, waves, DATA_CLOCK);
  if (when !== undefined) return countCommon([...changing, holds(when)]);
  const others = all.flatMap((power) =>
    power.relatedPin === relatedPin && power.when !== undefined ? [holds(power.when)] : [],
  );
  const otherwise = others.map((words) => combine(words, waves.words('1'), (a, b) => a ^ b));
  return countCommon([...changing, ...otherwise, ...(changing.length > 0 ? [] : [waves.words('1')])]);
}

/** Data change behind a rising edge, while the clock is high. */
const DATA_CLOCK = '1';

/** Which lanes changed with each step. */
function changesOf(words: Uint32Array): Uint32Array {
  const changes = new Uint32Array(words.length);
  for (let step = 1; step < words.length; step++) changes[step] = (words[step] ?? 0) ^ (words[step - 1] ?? 0);
  return changes;
}

/** Number of bits that are 1 in all of the columns. */
function countCommon([first, ...others]: readonly Uint32Array[]): number {
  let count = 0;
  for (let step = 0; step < (first?.length ?? 0); step++) {
    let word = first?.[step] ?? 0;
    for (const other of others) word &= other[step] ?? 0;
    count += ones(word);
  }
  return count;
}

/** Where a condition on a cell's pins holds, the clock being at `clock`. */
function conditionWords(gate: Gate, condition: Expression, waves: GateWaves, clock: '0' | '1'): Uint32Array {
  return evaluate(
    condition,
    wordLogic(waves, (pin) => pinWords(gate, pin, waves, clock)),
  );
}

function pinWords(gate: Gate, pin: string, waves: GateWaves, clock: '0' | '1'): Uint32Array {
  const net = gate.connections.get(pin);
  if (net === undefined) return openPinWords(gate, pin, waves, clock);
  return waves.words(net !== waves.clock ? net : clock);
}

/** An output that is left open does what its function says; the state of a flip-flop shows at its other output. */
function openPinWords(gate: Gate, pin: string, waves: GateWaves, clock: '0' | '1'): Uint32Array {
  const { pins, flipFlop } = gate.cell;
  const logic = pins.find(({ name }) => name === pin)?.function;
  if (logic === undefined) return waves.words('0');
  if (flipFlop === undefined)
    return evaluate(
      logic,
      wordLogic(waves, (input) => pinWords(gate, input, waves, clock)),
    );
  const shown = stateNet(gate);
  const not = (words: Uint32Array): Uint32Array => combine(words, waves.words('1'), (a, b) => a ^ b);
  const words = waves.words(shown?.net ?? '0');
  const state = shown?.inverted === true ? not(words) : words;
  return evaluate(
    logic,
    wordLogic(waves, (name) => (name === flipFlop.inverse ? not(state) : state)),
  );
}

const combine = (a: Uint32Array, b: Uint32Array, of: (x: number, y: number) => number): Uint32Array => {
  const result = new Uint32Array(a.length);
  for (let step = 0; step < a.length; step++) result[step] = of(a[step] ?? 0, b[step] ?? 0);
  return result;
};

const wordLogic = ({ words }: GateWaves, pin: (name: string) => Uint32Array): Logic<Uint32Array> => ({
  pin,
  constant: (value) => words(value === 0 ? '0' : '1'),
  not: (a) => combine(a, words('1'), (x, y) => x ^ y),
  and: (a, b) => combine(a, b, (x, y) => x & y),
  or: (a, b) => combine(a, b, (x, y) => x | y),
  xor: (a, b) => combine(a, b, (x, y) => x ^ y),
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
