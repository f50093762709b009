/** Instances of one Design that are simulated together: one lane of vector instructions per instance. */

import type { ScalarType } from '../hdl/index.js';
import type { Cell } from './cell.js';
import type { FlatDesign, Scope } from './flatten.js';
import { makeBlock, type Block, type Slot } from './layout.js';

/** Lanes per iteration of a loop: one vector of 16-bit elements, two of 32-bit, four of 64-bit ones. */
export const CHUNK = 8;

/** One value per position, side by side in memory. */
export interface LaneColumn {
  readonly block: Block;
  readonly type: ScalarType;
  readonly bytes: 2 | 4 | 8;
}

/** Positions of a group of lanes. Others are padding: loops compute rubbish there or stop before. */
export interface LaneLayout {
  /** Position of each lane. */
  readonly positions: readonly number[];
  /** Loops run over positions `first` to before `end`, whole chunks. */
  readonly first: number;
  readonly end: number;
  /** Positions for which there is memory. */
  readonly size: number;
}

export interface LaneValue {
  readonly position: number;
  readonly cell: Cell;
}

/** Where the lanes find the value of one input port. */
export type LaneSource =
  | { readonly kind: 'uniform'; readonly cell: Cell }
  /** The lane at position p reads position p + shift of `column`. */
  | {
      readonly kind: 'column';
      readonly column: LaneColumn;
      readonly shift: number;
      /** Written to the column before it is read. */
      readonly placed: readonly LaneValue[];
    };

/** Instances of one Design, one lane each. */
export interface Instances {
  /** The Design, flattened on its own; its cells stand for those of every lane. */
  readonly prototype: FlatDesign;
  readonly lanes: readonly Scope[];
}

/** A register of one lane. */
export interface LaneRegister {
  readonly instances: Instances;
  readonly lane: number;
  /** The register of the prototype that stands for it. */
  readonly reg: Cell;
}

export interface LaneGroup extends LaneLayout {
  readonly instances: Instances;
  /** What drives each input of the prototype, by lane. */
  readonly drivers: ReadonlyMap<Cell, readonly Cell[]>;
  /** Column of each register of the prototype. */
  readonly columns: ReadonlyMap<Cell, LaneColumn>;
}

/** A constant that stays where it is put when the simulation starts. */
export interface LaneConstant {
  readonly column: LaneColumn;
  readonly position: number;
  readonly value: bigint;
}

export interface LaneArray extends LaneGroup {
  /** Source of each input of the prototype. */
  readonly sources: ReadonlyMap<Cell, LaneSource>;
  /** The cell of the first lane that corresponds to one of the prototype. */
  readonly firstLaneCell: (prototype: Cell) => Cell;
  readonly constants: readonly LaneConstant[];
}

/** Where the registers of all lanes are. */
export class LaneRegisters {
  private readonly groups: ReadonlyMap<Instances, LaneGroup>;

  constructor(
    groups: readonly LaneGroup[],
    private readonly registers: ReadonlyMap<Cell, LaneRegister>,
  ) {
    this.groups = new Map(groups.map((group) => [group.instances, group]));
  }

  find(
    cell: Cell,
  ): { readonly group: LaneGroup; readonly column: LaneColumn; readonly position: number } | undefined {
    const register = this.registers.get(cell);
    const group = register && this.groups.get(register.instances);
    const column = group?.columns.get(register?.reg ?? cell);
    if (register === undefined || group === undefined || column === undefined) return undefined;
    return { group, column, position: group.positions[register.lane] ?? 0 };
  }

  has(cell: Cell): boolean {
    const register = this.registers.get(cell);
    return register !== undefined && this.groups.has(register.instances);
  }

  /** For a register of a lane the one of the prototype, for other cells the cell. */
  representative(cell: Cell): Cell {
    const register = this.registers.get(cell);
    return register !== undefined && this.groups.has(register.instances) ? register.reg : cell;
  }
}

export function makeColumn(type: ScalarType, size: number, isState: boolean): LaneColumn {
  const bytes = type.width <= 16 ? 2 : type.width <= 32 ? 4 : 8;
  return { block: makeBlock(size * bytes, isState), type, bytes };
}

export const columnSlot = ({ block, type, bytes }: LaneColumn, position: number): Slot => ({
  block,
  delta: position * bytes,
  bytes,
  type,
});

/** Whether a column can hold every value of a type. */
export function columnHolds({ bytes, type }: LaneColumn, value: ScalarType): boolean {
  const bits = 8 * bytes;
  if (type.signed) return value.signed ? value.width <= bits : value.width < bits;
  return !value.signed && value.width <= bits;
}

/** Pairs the cells of a scope with those of the same Design elsewhere. */
export function pairCells(a: Scope, b: Scope, pair: (a: Cell, b: Cell) => void): void {
  const stack: (readonly [Scope, Scope])[] = [[a, b]];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const [left, right] = item;
    left.cells.forEach((cell, i) => {
      const other = right.cells[i];
      if (other !== undefined) pair(cell, other);
    });
    for (const [name, child] of left.children) {
      const other = right.children.get(name);
      if (other !== undefined) stack.push([child, other]);
    }
  }
}
