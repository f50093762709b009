/** A netlist of library cells, read from what Yosys writes. */

import { z } from 'zod';
import { UnmappedCell } from '../errors.js';
import type { Cell, Library } from '../liberty/index.js';

/** A net, by its number; or a constant (an undefined value is 0). */
export type Bit = number | '0' | '1';

export interface GatePort {
  readonly name: string;
  /** Lowest bit first. */
  readonly bits: readonly Bit[];
}

export interface Gate {
  readonly name: string;
  readonly cell: Cell;
  /** What each pin of the cell is connected to; pins that are left open are missing. */
  readonly connections: ReadonlyMap<string, Bit>;
}

export interface GateNetlist {
  readonly name: string;
  readonly inputs: readonly GatePort[];
  readonly outputs: readonly GatePort[];
  readonly gates: readonly Gate[];
}

const bits = z.array(z.union([z.number(), z.enum(['0', '1', 'x', 'z'])]));
/** The part of `write_json` that is read. */
export const yosysNetlist = z.object({
  modules: z.record(
    z.string(),
    z.object({
      ports: z.record(z.string(), z.object({ direction: z.string(), bits })),
      cells: z.record(z.string(), z.object({ type: z.string(), connections: z.record(z.string(), bits) })),
    }),
  ),
});

/** The cells of module `top` with their library descriptions. @throws UnmappedCell */
export function gateNetlist(
  { modules }: z.infer<typeof yosysNetlist>,
  top: string,
  library: Library,
): GateNetlist {
  const found = modules[top];
  if (found === undefined) throw new RangeError(`the netlist has no module ${top}`);
  const ports = (wanted: string): GatePort[] =>
    Object.entries(found.ports).flatMap(([name, { direction, bits: nets }]) =>
      direction === wanted ? [{ name, bits: nets.map(bitOf) }] : [],
    );
  const gates = Object.entries(found.cells).flatMap(([name, { type, connections }]): Gate[] => {
    if (type === '$scopeinfo') return [];
    const cell = library.cells.get(type);
    if (cell === undefined || cell.kind === 'other') throw new UnmappedCell(top, name, type, library.name);
    const pins = Object.entries(connections).flatMap(([pin, [net]]): [string, Bit][] =>
      net === undefined ? [] : [[pin, bitOf(net)]],
    );
    return [{ name, cell, connections: new Map(pins) }];
  });
  return { name: top, inputs: ports('input'), outputs: ports('output'), gates };
}

function bitOf(net: number | string): Bit {
  if (typeof net === 'number') return net;
  return net === '1' ? '1' : '0';
}

/** Sum of the cells' areas, in um2. */
export function areaOf({ gates }: GateNetlist): number {
  return gates.reduce((sum, { cell }) => sum + cell.area, 0);
}

/** Number of cells by name of the library, in alphabetical order. */
export function cellCounts({ gates }: GateNetlist): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { cell } of gates) counts.set(cell.name, (counts.get(cell.name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
