/** A mapped netlist as Verilog with counters: an output more per kind of cell, the changes of those cells' outputs so far. */

import { z } from 'zod';
import { parseJson } from '../cell-counts.js';
import { UnusableNetlist } from '../errors.js';
import { kindOfCell } from './kinds.js';

export interface InstrumentedNetlist {
  readonly text: string;
  /** One output port of `width` bits per kind of cell: the changes of its cells' outputs since the start. */
  readonly counters: readonly {
    readonly port: string;
    readonly width: number;
    readonly kind: string;
    readonly cells: number;
  }[];
}

const bitsSchema = z.array(z.union([z.number(), z.enum(['0', '1', 'x', 'z'])]));
const cellSchema = z.object({
  type: z.string(),
  parameters: z.record(z.string(), z.string()),
  port_directions: z.record(z.string(), z.enum(['input', 'output', 'inout'])),
  connections: z.record(z.string(), bitsSchema),
});
const netlistSchema = z.object({
  modules: z.record(
    z.string(),
    z.object({
      ports: z.record(
        z.string(),
        z.object({ direction: z.enum(['input', 'output', 'inout']), bits: bitsSchema }),
      ),
      cells: z.record(z.string(), cellSchema),
    }),
  ),
});

type Module = z.infer<typeof netlistSchema>['modules'][string];
type Cell = z.infer<typeof cellSchema>;
type NetlistBit = z.infer<typeof bitsSchema>[number];

const COUNTER_BITS = 64;
/** Outputs that one register remembers and one population count adds up. */
const GROUP = 64;

/**
 * The module `top` of what `write_json` wrote, every cell as it is, and counters on its port `clock`: a change is one from
 * one rising edge to the next, after everything has settled. Nets are scalars: as bits of vectors, simulators would see loops.
 * @throws UnreadableReport; UnusableNetlist where something is not mapped
 */
export function instrumentedNetlist(netlistJson: string, top: string, clock = 'clk'): InstrumentedNetlist {
  const module = parseJson(netlistJson, netlistSchema).modules[top];
  if (module === undefined) throw new RangeError(`the netlist has no module ${top}`);
  const cells = cellsOf(module, top);
  const kinds = [...new Set(cells.map(({ type }) => kindOfCell(type)))].sort();
  const counters = kinds.map((kind, index) => {
    const of = cells.filter(({ type }) => kindOfCell(type) === kind);
    const port = `activity_${String(index)}`;
    return { port, width: COUNTER_BITS, kind, cells: of.length, outputs: of.flatMap(outputNets) };
  });
  const text = [
    `module ${top}(${[...Object.keys(module.ports), ...counters.map(({ port }) => port)].join(', ')});`,
    ...portLines(module),
    ...cells.flatMap((cell, index) => cellLines(cell, `c${String(index)}`)),
    POPULATION_COUNT,
    ...counters.flatMap(({ port, outputs }) => counterLines(port, outputs, clock)),
    'endmodule',
    '',
  ].join('\n');
  return {
    text,
    counters: counters.map(({ port, width, kind, cells: count }) => ({ port, width, kind, cells: count })),
  };
}

/** All but notes on where something came from. Logic that no cell was found for would be left out of every count. */
function cellsOf({ cells }: Module, top: string): readonly Cell[] {
  const real = Object.entries(cells).filter(([, { type }]) => type !== '$scopeinfo');
  const unmapped = real.find(([, { type }]) => type.startsWith('$'));
  if (unmapped === undefined) return real.map(([, cell]) => cell);
  const [name, { type }] = unmapped;
  throw new UnusableNetlist(top, `${name} is a ${type}, which is no cell of a device`);
}

const nameOf = (bit: NetlistBit): string => (typeof bit === 'number' ? `n${String(bit)}` : `1'b${bit}`);
const joined = (bits: readonly NetlistBit[]): string => `{${[...bits].reverse().map(nameOf).join(', ')}}`;

/** Ports, and a scalar wire per net. */
function portLines({ ports, cells }: Module): readonly string[] {
  const nets = new Set(
    [
      ...Object.values(ports).flatMap(({ bits }) => bits),
      ...Object.values(cells).flatMap(({ connections }) => Object.values(connections).flat()),
    ].filter((bit) => typeof bit === 'number'),
  );
  return [
    ...Object.entries(ports).map(
      ([name, { direction, bits }]) => `${direction} [${String(bits.length - 1)}:0] ${name};`,
    ),
    ...[...nets].map((net) => `wire ${nameOf(net)};`),
    ...Object.entries(ports).map(([name, { direction, bits }]) =>
      direction === 'input' ? `assign ${joined(bits)} = ${name};` : `assign ${name} = ${joined(bits)};`,
    ),
  ];
}

/** The cell as it is; behind a single-port RAM, what makes its output known. */
function cellLines(cell: Cell, name: string): readonly string[] {
  const word = cell.connections['DATAOUT'];
  if (cell.type !== 'SB_SPRAM256KA' || word === undefined) return [instanceOf(cell, name)];
  return holding(cell, name, joined(word));
}

/**
 * A single-port RAM gives anything from a write to the next read, of which Verilator makes zeros: changes that are no more
 * than its choice. Here the word that was read last stays, as in the model of the cell (src/cells).
 */
function holding(cell: Cell, name: string, word: string): readonly string[] {
  const [read, last, wrote] = [`${name}_read`, `${name}_last`, `${name}_wrote`];
  // A net alone: with braces around it, a clock would be another event to Verilator, later than those of the cells.
  const pin = (of: string): string => nameOf(cell.connections[of]?.[0] ?? '0');
  return [
    `wire [15:0] ${read};`,
    `reg [15:0] ${last};`,
    `reg ${wrote};`,
    instanceOf(cell, name, { DATAOUT: read }),
    `always @(posedge ${pin('CLOCK')}) begin`,
    `  ${last} <= ${word};`,
    `  if (${pin('CHIPSELECT')}) ${wrote} <= ${pin('WREN')};`,
    'end',
    `assign ${word} = ${wrote} ? ${last} : ${read};`,
  ];
}

function instanceOf(
  { type, parameters, connections }: Cell,
  name: string,
  instead: Readonly<Record<string, string>> = {},
): string {
  const settings = Object.entries(parameters).map(([key, value]) => `.${key}(${parameterText(value)})`);
  const pins = Object.entries(connections).map(([pin, bits]) => `.${pin}(${instead[pin] ?? joined(bits)})`);
  return `${type} #(${settings.join(', ')}) ${name} (${pins.join(', ')});`;
}

/** Yosys writes numbers as binary digits, and a space behind texts that look like them. */
function parameterText(value: string): string {
  if (/^[01xz]+$/.test(value)) return `${String(value.length)}'b${value}`;
  return `"${/^[01xz]* +$/.test(value) ? value.slice(0, -1) : value}"`;
}

const outputNets = ({ port_directions: directions, connections }: Cell): readonly number[] =>
  Object.entries(connections).flatMap(([pin, bits]) =>
    directions[pin] === 'output' ? bits.filter((bit) => typeof bit === 'number') : [],
  );

const POPULATION_COUNT = `
function [63:0] ones;
  input [63:0] word;
  reg [63:0] sum;
  begin
    sum = word - ((word >> 1) & 64'h5555555555555555);
    sum = (sum & 64'h3333333333333333) + ((sum >> 2) & 64'h3333333333333333);
    sum = (sum + (sum >> 4)) & 64'h0f0f0f0f0f0f0f0f;
    ones = (sum * 64'h0101010101010101) >> 56;
  end
endfunction`;

function counterLines(port: string, nets: readonly number[], clock: string): readonly string[] {
  const groups = Array.from({ length: Math.ceil(nets.length / GROUP) }, (_, index) =>
    nets.slice(index * GROUP, (index + 1) * GROUP),
  );
  const now = groups.map((group, index) => ({
    value: `${port}_now_${String(index)}`,
    before: `${port}_before_${String(index)}`,
    range: `[${String(group.length - 1)}:0]`,
    group,
  }));
  return [
    `output reg [${String(COUNTER_BITS - 1)}:0] ${port};`,
    ...now.flatMap(({ value, before, range, group }) => [
      `wire ${range} ${value} = ${joined(group)};`,
      `reg ${range} ${before};`,
    ]),
    'initial begin',
    `  ${port} = 0;`,
    ...now.map(({ before }) => `  ${before} = 0;`),
    'end',
    `always @(posedge ${clock}) begin`,
    ...now.map(({ value, before }) => `  ${before} <= ${value};`),
    // One sum per group: an expression over all of them would be nested as deep as it is long.
    ...now.map(({ value, before }) => `  ${port} = ${port} + ones(${value} ^ ${before});`),
    'end',
  ];
}
