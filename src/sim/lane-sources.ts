/** Finds out where the lanes of a group get the values of one input port from. */

import { resolve, type Cell } from './cell.js';
import {
  columnHolds,
  makeColumn,
  type Instances,
  type LaneColumn,
  type LaneConstant,
  type LaneGroup,
  type LaneRegister,
  type LaneRegisters,
  type LaneSource,
  type LaneValue,
} from './lane-array.js';
import type { Links } from './lane-layout.js';

/** What drives one input of the prototype, by lane. */
export function driversOf({ lanes, prototype }: Instances, input: Cell): Cell[] {
  const index = prototype.top.cells.indexOf(input);
  const drivers: Cell[] = [];
  for (const { cells } of lanes) {
    const cell = cells[index];
    if (cell !== undefined) drivers.push(resolve(cell));
  }
  return drivers;
}

/** The lanes of the same group that drive an input through one register, by lane. */
export function linksOf(
  instances: Instances,
  drivers: readonly Cell[],
  registers: ReadonlyMap<Cell, LaneRegister>,
): Links {
  const counts = new Map<Cell, number>();
  const found = drivers.map((driver) => {
    const register = registers.get(driver);
    if (register?.instances !== instances) return undefined;
    counts.set(register.reg, (counts.get(register.reg) ?? 0) + 1);
    return register;
  });
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return Int32Array.from(found, (register) => (register?.reg === most?.[0] ? (register?.lane ?? -1) : -1));
}

type Place = NonNullable<ReturnType<LaneRegisters['find']>>;

export class SourceFinder {
  readonly constants: LaneConstant[] = [];
  /** What has been put on padding, by column and position. */
  private readonly padding = new Map<LaneColumn, Map<number, Cell>>();
  private readonly taken = new Map<LaneGroup, ReadonlySet<number>>();

  constructor(private readonly registers: LaneRegisters) {}

  source(group: LaneGroup, input: Cell): LaneSource {
    const drivers = group.drivers.get(input) ?? [];
    const [first] = drivers;
    if (first !== undefined && drivers.every((driver) => same(driver, first)))
      return { kind: 'uniform', cell: first };
    return this.shifted(group, drivers) ?? this.gathered(group, input, drivers);
  }

  private shifted(group: LaneGroup, drivers: readonly Cell[]): LaneSource | undefined {
    const found = this.commonShift(group, drivers);
    if (found === undefined) return undefined;
    const { place, shift } = found;
    const { column } = place;
    if (group.first + shift < 0 || group.end + shift > place.group.size) return undefined;
    const lanes = this.lanesOf(place.group);
    const padding = this.padding.get(column) ?? new Map<number, Cell>();
    const needed = new Map<number, Cell>();
    for (const [lane, driver] of drivers.entries()) {
      const position = (group.positions[lane] ?? 0) + shift;
      const there = this.registers.find(driver);
      if (there?.column === column && there.position === position) continue;
      const known = padding.get(position) ?? needed.get(position);
      if (lanes.has(position) || (known !== undefined && !same(known, driver))) return undefined;
      if (!columnHolds(column, driver.node.type)) return undefined;
      needed.set(position, driver);
    }
    for (const [position, cell] of needed) padding.set(position, cell);
    this.padding.set(column, padding);
    const values = [...needed].map(([position, cell]): LaneValue => ({ position, cell }));
    const { first, end } = place.group;
    const stays = ({ position }: LaneValue): boolean => position < first || position >= end;
    return { kind: 'column', column, shift, placed: this.keepConstants(column, values, stays) };
  }

  /** The register and distance that fit most lanes, if they fit at least half of them. */
  private commonShift(
    group: LaneGroup,
    drivers: readonly Cell[],
  ): { readonly place: Place; readonly shift: number } | undefined {
    const counts = new Map<LaneColumn, Map<number, number>>();
    let best: { place: Place; shift: number } | undefined;
    let most = drivers.length / 2;
    for (const [lane, driver] of drivers.entries()) {
      const place = this.registers.find(driver);
      if (place === undefined) continue;
      const shift = place.position - (group.positions[lane] ?? 0);
      const shifts = counts.get(place.column) ?? new Map<number, number>();
      counts.set(place.column, shifts);
      const count = (shifts.get(shift) ?? 0) + 1;
      shifts.set(shift, count);
      if (count > most) {
        most = count;
        best = { place, shift };
      }
    }
    return best;
  }

  private gathered(group: LaneGroup, input: Cell, drivers: readonly Cell[]): LaneSource {
    const column = makeColumn(input.node.type, group.size, false);
    const values = drivers.map((cell, lane): LaneValue => ({ position: group.positions[lane] ?? 0, cell }));
    return { kind: 'column', column, shift: 0, placed: this.keepConstants(column, values, () => true) };
  }

  /** Sets constants apart that need not be written again in every cycle. */
  private keepConstants(
    column: LaneColumn,
    values: readonly LaneValue[],
    stays: (value: LaneValue) => boolean,
  ): LaneValue[] {
    return values.filter((value) => {
      const { node } = value.cell;
      if (node.kind !== 'const' || !stays(value)) return true;
      this.constants.push({ column, position: value.position, value: node.value });
      return false;
    });
  }

  private lanesOf(group: LaneGroup): ReadonlySet<number> {
    const known = this.taken.get(group);
    if (known !== undefined) return known;
    const lanes = new Set(group.positions);
    this.taken.set(group, lanes);
    return lanes;
  }
}

const same = (a: Cell, b: Cell): boolean =>
  a === b || (a.node.kind === 'const' && b.node.kind === 'const' && a.node.value === b.node.value);
