/** A cell library in the units of this project: um2, fF, ns, V, nW, fJ. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BadLiberty } from '../errors.js';
import { parseExpression, type Expression } from './expression.js';
import { parseLiberty, type Group } from './syntax.js';
import { find, numbers, readTable, textOf, type Table, type TableContext } from './table.js';

export interface Library {
  readonly name: string;
  readonly file: string;
  /** Supply in V (`nom_voltage`); undefined when the file states none. */
  readonly voltage: number | undefined;
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface Cell {
  readonly name: string;
  /** In um2. */
  readonly area: number;
  /** `other`: latches, tri-state buffers, scan flip-flops, isolation, fillers, `dont_use`: what no netlist of ours uses. */
  readonly kind: 'combinational' | 'flipFlop' | 'other';
  readonly pins: readonly Pin[];
  readonly flipFlop?: FlipFlop;
  /** In nW, of each supply; what holds where no state of that supply matches is `otherwise`. */
  readonly leakage: readonly Leakage[];
}

export interface Leakage {
  readonly states: readonly { readonly when: Expression; readonly nw: number }[];
  readonly otherwise: number;
}

export interface Pin {
  readonly name: string;
  readonly direction: 'input' | 'output' | 'other';
  readonly function?: Expression;
  /** In fF. */
  readonly capacitance: number;
  readonly internalPower: readonly InternalPower[];
  readonly timing: readonly Arc[];
}

/** Energy of one transition of the pin it belongs to, beside the charging of the load. Tables in fJ. */
export interface InternalPower {
  /** The input whose transition causes it; undefined at inputs and where it does not matter. */
  readonly relatedPin?: string;
  readonly when?: Expression;
  /** The supply it is taken from (`related_pg_pin`), where there are several: their energies add up. */
  readonly supply?: string;
  readonly rise: Table;
  readonly fall: Table;
}

/** From an input (or clock) to the output it belongs to. Tables in ns. */
export interface Arc {
  readonly relatedPin: string;
  readonly sense: 'positive' | 'negative' | 'either';
  readonly rise: Transition;
  readonly fall: Transition;
}
export interface Transition {
  readonly delay: Table;
  readonly slew: Table;
}

export interface FlipFlop {
  /** Names of the state and of its inverse, as output functions use them. */
  readonly state: string;
  readonly inverse: string;
  readonly clockedOn: Expression;
  readonly nextState: Expression;
  /** Asynchronous. */
  readonly clear?: Expression;
  readonly preset?: Expression;
}

/** Reads a `.lib` or `.lib.gz` file. @throws BadLiberty, and Node's error when the file cannot be read */
export function readLiberty(file: string): Library {
  const bytes = readFileSync(file);
  if (!file.endsWith('.gz')) return libraryOf(bytes.toString('utf8'), file);
  try {
    return libraryOf(gunzipSync(bytes).toString('utf8'), file);
  } catch (error) {
    if (error instanceof BadLiberty) throw error;
    throw new BadLiberty(file, 1, 'expected a gzip file, which this is not, or not a whole one');
  }
}

/** Reads the text of a Liberty file; `file` is for messages. @throws BadLiberty */
export function libraryOf(text: string, file: string): Library {
  const top = parseLiberty(text, file);
  const units = unitsOf(top, file);
  const templates = new Map(
    top.groups
      .filter(({ kind }) => /^(lu_table|power_lut)_template$/.test(kind))
      .map((group) => [group.args[0] ?? '', group]),
  );
  const reader: Reader = {
    file,
    ...units,
    templates,
    defaultInputFf: number(top, 'default_input_pin_cap', file),
  };
  const cells = top.groups.filter(({ kind }) => kind === 'cell').map((group) => readCell(group, reader));
  if (cells.length === 0) throw new BadLiberty(file, top.line, 'expected cells, but the library has none');
  return {
    name: top.args[0] ?? '',
    file,
    voltage: scaled(number(top, 'nom_voltage', file), units.volts),
    cells: new Map(cells.map((cell) => [cell.name, cell])),
  };
}

interface Reader extends TableContext {
  readonly volts: number;
  readonly leakageNw: number;
  readonly defaultInputFf: number | undefined;
}

/** Powers of ten. */
const PREFIX: Readonly<Record<string, number>> = { f: -15, p: -12, n: -9, u: -6, m: -3, '': 0, k: 3 };

/** The library's units in ours. A file without one of them uses the customary 1 ns, 1 V, 1 pF, 1 nW. */
function unitsOf(top: Group, file: string): Pick<Reader, 'timeNs' | 'volts' | 'loadFf' | 'leakageNw'> {
  const unit = (name: string, symbol: string, customary: string, ours: number): number => {
    const attribute = find(top, name);
    const text = attribute?.values.join('') ?? customary;
    const form = new RegExp(`^([\\d.eE+-]+)([fpnumk]?)${symbol}$`, 'i');
    const [, digits = '', prefix = ''] = form.exec(text) ?? [];
    const value = Number(digits) * Number(`1e${String((PREFIX[prefix.toLowerCase()] ?? 0) - ours)}`);
    if (value > 0) return value;
    const line = attribute?.line ?? top.line;
    throw new BadLiberty(file, line, `${name} is "${text}", expected something like ${customary}`);
  };
  return {
    timeNs: unit('time_unit', 's', '1ns', -9),
    volts: unit('voltage_unit', 'V', '1V', 0),
    loadFf: unit('capacitive_load_unit', 'f', '1pf', -15),
    leakageNw: unit('leakage_power_unit', 'W', '1nW', -9),
  };
}

function readCell(group: Group, reader: Reader): Cell {
  const { file } = reader;
  const [name] = group.args;
  if (name === undefined) throw new BadLiberty(file, group.line, 'expected the name of the cell');
  const pins = group.groups.filter(({ kind }) => kind === 'pin').flatMap((pin) => readPin(pin, reader));
  const flipFlop = group.groups.find(({ kind }) => kind === 'ff');
  return {
    name,
    area: number(group, 'area', file) ?? 0,
    kind: kindOf(group, pins),
    pins,
    ...(flipFlop === undefined ? {} : { flipFlop: readFlipFlop(flipFlop, reader) }),
    leakage: readLeakage(group, reader),
  };
}

const SPECIAL = [
  'dont_use',
  'is_isolation_cell',
  'is_level_shifter',
  'always_on',
  'is_macro_cell',
  'pad_cell',
];

function kindOf(cell: Group, pins: readonly Pin[]): Cell['kind'] {
  const has = (...kinds: readonly string[]): boolean => cell.groups.some(({ kind }) => kinds.includes(kind));
  const isTristate = cell.groups.some((group) => find(group, 'three_state') !== undefined);
  if (isTristate || has('latch', 'statetable', 'bus', 'bundle', 'memory', 'ff_bank', 'latch_bank'))
    return 'other';
  if (SPECIAL.some((name) => textOf(cell, name) === 'true')) return 'other';
  if (has('test_cell') || textOf(cell, 'clock_gating_integrated_cell') !== undefined) return 'other';
  const outputs = pins.filter(({ direction }) => direction === 'output');
  const isUsable = pins.every(({ direction }) => direction !== 'other') && outputs.length > 0;
  if (!isUsable || outputs.some((pin) => pin.function === undefined)) return 'other';
  return has('ff') ? 'flipFlop' : 'combinational';
}

function readPin(group: Group, reader: Reader): Pin[] {
  const { file, loadFf, volts } = reader;
  const direction = textOf(group, 'direction');
  const isInput = direction === 'input';
  const loads = ['rise_capacitance', 'fall_capacitance'].map((name) => number(group, name, file) ?? 0);
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  const stated =
    number(group, 'capacitance', file) ?? (mean > 0 ? mean : isInput ? reader.defaultInputFf : 0);
  const of = (kind: string): readonly Group[] => group.groups.filter((inner) => inner.kind === kind);
  const logic = expression(group, 'function', reader);
  const shared: Omit<Pin, 'name'> = {
    direction: direction === 'input' || direction === 'output' ? direction : 'other',
    ...(logic === undefined ? {} : { function: logic }),
    capacitance: (stated ?? 0) * loadFf,
    internalPower: of('internal_power').flatMap((power) => readPower(power, reader, volts * volts * loadFf)),
    timing: of('timing').flatMap((timing) => readTiming(timing, reader)),
  };
  return group.args.map((name) => ({ name, ...shared }));
}

/** Energies are stated in the library's V^2 x capacitance. */
function readPower(group: Group, reader: Reader, scale: number): InternalPower[] {
  const table = (kind: string): Table => {
    const found = group.groups.find((inner) => inner.kind === kind || inner.kind === 'power');
    return found === undefined ? ZERO : readTable(found, reader, scale);
  };
  const when = expression(group, 'when', reader);
  const supply = textOf(group, 'related_pg_pin');
  const shared = {
    ...(when === undefined ? {} : { when }),
    ...(supply === undefined ? {} : { supply }),
    rise: table('rise_power'),
    fall: table('fall_power'),
  };
  const related = textOf(group, 'related_pin')?.split(/\s+/) ?? [];
  return related.length === 0 ? [shared] : related.map((relatedPin) => ({ relatedPin, ...shared }));
}

const ZERO: Table = { slews: [0], loads: [0], values: [[0]] };
const FOLLOWED = ['combinational', 'combinational_rise', 'combinational_fall', 'rising_edge', 'falling_edge'];
const SENSES: Readonly<Record<string, Arc['sense']>> = {
  positive_unate: 'positive',
  negative_unate: 'negative',
};

function readTiming(group: Group, reader: Reader): Arc[] {
  if (!FOLLOWED.includes(textOf(group, 'timing_type') ?? 'combinational')) return [];
  const transition = (direction: 'rise' | 'fall'): Transition | undefined => {
    const [delay, slew] = [`cell_${direction}`, `${direction}_transition`].map((kind) =>
      group.groups.find((inner) => inner.kind === kind),
    );
    if (delay === undefined || slew === undefined) return undefined;
    return { delay: readTable(delay, reader, reader.timeNs), slew: readTable(slew, reader, reader.timeNs) };
  };
  const [rise, fall] = [transition('rise'), transition('fall')];
  if (rise === undefined || fall === undefined) return [];
  const sense = SENSES[textOf(group, 'timing_sense') ?? ''] ?? 'either';
  const related = textOf(group, 'related_pin')?.split(/\s+/) ?? [];
  return related.map((relatedPin) => ({ relatedPin, sense, rise, fall }));
}

function readFlipFlop(group: Group, reader: Reader): FlipFlop {
  const [state = 'IQ', inverse = 'IQN'] = group.args;
  const required = (name: string): Expression => {
    const found = expression(group, name, reader);
    if (found !== undefined) return found;
    throw new BadLiberty(reader.file, group.line, `expected ${name} in this ff group`);
  };
  const [clear, preset] = ['clear', 'preset'].map((name) => expression(group, name, reader));
  return {
    state,
    inverse,
    clockedOn: required('clocked_on'),
    nextState: required('next_state'),
    ...(clear === undefined ? {} : { clear }),
    ...(preset === undefined ? {} : { preset }),
  };
}

function readLeakage(cell: Group, reader: Reader): Leakage[] {
  const { file, leakageNw } = reader;
  const groups = cell.groups.filter(({ kind }) => kind === 'leakage_power');
  const supplies = [...new Set(groups.map((group) => textOf(group, 'related_pg_pin')))];
  const stated = number(cell, 'cell_leakage_power', file);
  if (supplies.length === 0)
    return stated === undefined ? [] : [{ states: [], otherwise: stated * leakageNw }];
  return supplies.map((supply) => {
    const of = groups
      .filter((group) => textOf(group, 'related_pg_pin') === supply)
      .map((group) => ({
        when: expression(group, 'when', reader),
        nw: (number(group, 'value', file) ?? 0) * leakageNw,
      }));
    const otherwise = of.find(({ when }) => when === undefined)?.nw ?? (stated ?? 0) * leakageNw;
    return { states: of.flatMap(({ when, nw }) => (when === undefined ? [] : [{ when, nw }])), otherwise };
  });
}

function expression(group: Group, name: string, { file }: Reader): Expression | undefined {
  const attribute = find(group, name);
  const text = attribute?.values[0];
  if (attribute === undefined || text === undefined) return undefined;
  const parsed = parseExpression(text);
  if (parsed !== undefined) return parsed;
  throw new BadLiberty(file, attribute.line, `${name} "${text}" is not a Boolean expression`);
}

function number(group: Group, name: string, file: string): number | undefined {
  const attribute = find(group, name);
  if (attribute === undefined) return undefined;
  const [value, ...others] = numbers(attribute, file);
  if (value !== undefined && others.length === 0) return value;
  throw new BadLiberty(file, attribute.line, `expected one number for ${name}`);
}

function scaled(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value * unit;
}
