/** Cells in OpenSTA, an independent power tool, one input changing at a time. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { evaluate, type Cell, type Expression, type Library } from '../../liberty/index.js';
import { energyOf } from '../energy.js';
import type { GateNetlist } from '../netlist.js';
import { runGates } from '../waves.js';

/** The version of `sta`; undefined where it is not installed. */
export function openStaVersion(): string | undefined {
  const { status, stdout } = spawnSync('sta', ['-version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** A cell whose input `pin` changes while the others keep values with which the output follows; of a flip-flop: its clock. */
export interface CellArc {
  readonly cell: Cell;
  readonly pin: string;
  readonly others: ReadonlyMap<string, 0 | 1>;
  readonly output: string;
}

/** fJ of one change of the input (of a clock: of one cycle), by both tools; leakage in nW. */
export interface ArcEnergy {
  readonly cell: string;
  readonly pin: string;
  readonly switching: readonly [ours: number, openSta: number];
  /** OpenSTA adds the tables for rise and fall at every change; here is half of that. */
  readonly internal: readonly [ours: number, openSta: number];
  readonly leakageNw: readonly [ours: number, openSta: number];
}

const LOAD_FF = 10;
const SLEW_NS = 0.05;

/** Every input of every combinational cell with one output, and the clock of every flip-flop without set and reset. */
export function cellArcs({ cells }: Library): readonly CellArc[] {
  return [...cells.values()].flatMap((cell): readonly CellArc[] => {
    const inputs = cell.pins.filter(({ direction }) => direction === 'input').map(({ name }) => name);
    const [output, second] = cell.pins.filter(({ direction }) => direction === 'output');
    if (output?.function === undefined || cell.kind === 'other') return [];
    if (cell.kind === 'flipFlop') {
      const { clockedOn, clear, preset } = cell.flipFlop ?? {};
      if (clockedOn?.op !== 'pin' || clear !== undefined || preset !== undefined) return [];
      const others = inputs.filter((name) => name !== clockedOn.pin).map((name) => [name, 0] as const);
      return [{ cell, pin: clockedOn.pin, others: new Map(others), output: output.name }];
    }
    const { function: logic, name } = output;
    if (second !== undefined) return [];
    return inputs.flatMap((pin) => {
      const others = sensitive(
        logic,
        pin,
        inputs.filter((input) => input !== pin),
      );
      return others === undefined ? [] : [{ cell, pin, others, output: name }];
    });
  });
}

/** The first values of the other inputs with which the output follows `pin`. */
function sensitive(
  logic: Expression,
  pin: string,
  others: readonly string[],
): ReadonlyMap<string, 0 | 1> | undefined {
  for (let code = 0; code < 2 ** others.length; code++) {
    const values = new Map(others.map((name, i) => [name, ((code >> i) & 1) === 1 ? 1 : 0] as const));
    const at = (value: 0 | 1): number =>
      evaluate<number>(logic, {
        pin: (name) => (name === pin ? value : (values.get(name) ?? 0)),
        constant: Number,
        not: (a) => 1 - a,
        and: (a, b) => a & b,
        or: (a, b) => a | b,
        xor: (a, b) => a ^ b,
      });
    if (at(0) !== at(1)) return values;
  }
  return undefined;
}

/** Both tools on every arc. `libraryFile`: gzipped, loads in pF. Arcs where OpenSTA has no output change of its own are left out. */
export function compareArcs(
  arcs: readonly CellArc[],
  library: Library,
  libraryFile: string,
): readonly ArcEnergy[] {
  const theirs = openSta(arcs, libraryFile);
  return arcs.flatMap((arc, index) => {
    const sta = theirs[index];
    if (sta === undefined) return [];
    const ours = ourEnergy(arc, library);
    return [
      {
        ...{ cell: arc.cell.name, pin: arc.pin },
        switching: [ours.switching, sta.switching] as const,
        internal: [ours.internal, sta.internal / 2] as const,
        leakageNw: [ours.leakage * 1e3, sta.leakageNw] as const,
      },
    ];
  });
}

const OPERATIONS = 64;

function ourEnergy(arc: CellArc, library: Library) {
  const netlist = alone(arc);
  const clocked = arc.cell.kind === 'flipFlop';
  const stimulus = Object.fromEntries(
    netlist.inputs
      .filter(({ name }) => !clocked || name !== arc.pin)
      .map(({ name }) => [
        name,
        Array.from({ length: OPERATIONS + 1 }, (_, i) =>
          name === arc.pin ? i % 2 : (arc.others.get(name) ?? 0),
        ),
      ]),
  );
  const waves = runGates(netlist, stimulus, OPERATIONS + 1);
  return energyOf(netlist, library, waves, { operationNs: 1, inputSlewNs: SLEW_NS, outputLoadFf: LOAD_FF });
}

function alone({ cell, pin, others, output }: CellArc): GateNetlist {
  const inputs = [pin, ...others.keys()].map((name, index) => ({ name, bits: [index + 2] }));
  const out = inputs.length + 2;
  const connections = new Map([
    ...inputs.map(({ name, bits: [net = 0] }) => [name, net] as const),
    [output, out] as const,
  ]);
  const gate = { name: 'cell', cell, connections };
  return { name: 'alone', inputs, outputs: [{ name: output, bits: [out] }], gates: [gate] };
}

interface OpenStaEnergy {
  readonly internal: number;
  readonly switching: number;
  readonly leakageNw: number;
}

/** Each arc is an instance with ports of its own. Activities are per second, of a clock 2 per period: a period is 1 s. */
function openSta(arcs: readonly CellArc[], libraryFile: string): readonly (OpenStaEnergy | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-sta-'));
  try {
    // Wire load models would add what our netlists do not have.
    const text = gunzipSync(readFileSync(libraryFile)).toString('utf8');
    writeFileSync(join(folder, 'cells.lib'), text.replaceAll(/^\s*default_wire_load.*$/gm, ''));
    writeFileSync(join(folder, 'netlist.v'), netlistOf(arcs));
    writeFileSync(join(folder, 'power.tcl'), scriptOf(arcs));
    const report = execFileSync('sta', ['-no_splash', '-exit', 'power.tcl'], {
      ...{ cwd: folder, encoding: 'utf8', input: '', maxBuffer: 2 ** 26 },
    });
    const rows = [...report.matchAll(/^\s*(\S+)\s+(\S+)\s+(\S+)\s+\S+\s+g(\d+)\s*$/gm)];
    const found = new Map(
      rows.map(([, internal, switching, leakage, index]) => [
        Number(index),
        {
          internal: Number(internal) * 1e15,
          switching: Number(switching) * 1e15,
          leakageNw: Number(leakage) * 1e9,
        },
      ]),
    );
    return arcs.map((_, index) => found.get(index));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const portOf = (index: number, pin: string): string => `p${String(index)}_${pin}`;

function netlistOf(arcs: readonly CellArc[]): string {
  const pins = arcs.flatMap(({ pin, others, output }, index) => [
    ...[pin, ...others.keys()].map((name) => ({ port: portOf(index, name), direction: 'input' })),
    { port: portOf(index, output), direction: 'output' },
  ]);
  return [
    `module arcs (${pins.map(({ port }) => port).join(', ')});`,
    ...pins.map(({ port, direction }) => ` ${direction} ${port};`),
    ...arcs.map(({ cell, pin, others, output }, index) => {
      const connections = [pin, ...others.keys(), output].map((name) => `.${name}(${portOf(index, name)})`);
      return ` ${cell.name} g${String(index)} (${connections.join(', ')});`;
    }),
    'endmodule',
    '',
  ].join('\n');
}

function scriptOf(arcs: readonly CellArc[]): string {
  const clocks = arcs.flatMap(({ cell, pin }, index) =>
    cell.kind === 'flipFlop' ? [portOf(index, pin)] : [],
  );
  return [
    'read_liberty cells.lib',
    'read_verilog netlist.v',
    'link_design arcs',
    clocks.length > 0
      ? `create_clock -name clock -period 1e9 {${clocks.join(' ')}}`
      : 'create_clock -name clock -period 1e9',
    `set_input_transition ${String(SLEW_NS)} [all_inputs]`,
    `set_load ${String(LOAD_FF / 1000)} [all_outputs]`,
    'set_power_activity -input -activity 1 -duty 0.5',
    ...arcs.flatMap(({ others }, index) =>
      [...others].map(
        ([name, value]) =>
          `set_power_activity -input_ports ${portOf(index, name)} -activity 0 -duty ${String(value)}`,
      ),
    ),
    'report_power -digits 9 -instances [get_cells *]',
    '',
  ].join('\n');
}
