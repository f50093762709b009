/** The clock edge of a lane array as statements: loops over the lanes, branches on what all lanes have in common. */

import { dependencyOrder } from './analysis.js';
import type { Cell } from './cell.js';
import { columnSlot, type LaneArray, type LaneColumn, type LaneSource } from './lane-array.js';
import { isVectorOperation } from './lane-operations.js';
import {
  childRegion,
  makeUnit,
  readersFirst,
  type Item,
  type Region,
  type Statement,
  type Unit,
} from './program.js';

/** Registers (or results) of all lanes that one loop computes. */
export interface LaneLoop {
  readonly array: LaneArray;
  readonly updates: readonly LaneUpdate[];
  /** From the last position to the first, so that values from lower positions are still the old ones. */
  readonly descending: boolean;
  /** Cells of the prototype with one value in all lanes that the loop reads, and where that value is. */
  readonly uniform: ReadonlyMap<Cell, Cell>;
}

export interface LaneUpdate {
  readonly column: LaneColumn;
  /** A cell of the prototype. */
  readonly value: Cell;
}

interface Update extends LaneUpdate {
  readonly reg: Cell;
}

const MAX_PEEL_DEPTH = 12;

/** Whether vector instructions can compute every register. */
export function canVectorize(array: LaneArray): boolean {
  const uniform = new Uniform(array);
  const { order } = uniform;
  return (
    array.instances.prototype.regs.every(({ cell }) => cell.node.type.width <= 64) &&
    order.every((cell) => uniform.has(cell) || isVectorOperation(cell))
  );
}

/** One unit that computes the next state of all lanes, and what it reads and writes, as cells of the flat design. */
export function laneUnit(array: LaneArray): Unit {
  const unit = makeUnit();
  const updates = array.instances.prototype.regs.flatMap(({ cell: reg, next }): Update[] => {
    const column = array.columns.get(reg);
    return column === undefined ? [] : [{ reg, column, value: next }];
  });
  unit.statements = new LaneProgram(array).body(updates, unit.root, 0).statements;
  return unit;
}

/** Which cells of the prototype have the same value in all lanes. */
class Uniform {
  readonly order: readonly Cell[];
  private readonly cells = new Set<Cell>();

  constructor({ instances: { prototype }, sources }: LaneArray) {
    const roots = makeUnit();
    roots.statements = prototype.regs.map((reg) => ({ kind: 'set', reg, value: reg.next }));
    this.order = dependencyOrder([roots], prototype.cells.length);
    for (const cell of this.order) {
      const isUniform =
        cell.kind === 'op'
          ? cell.args.every((arg) => this.cells.has(arg))
          : cell.kind === 'const' || sources.get(cell)?.kind === 'uniform';
      if (isUniform) this.cells.add(cell);
    }
  }

  has(cell: Cell): boolean {
    return this.cells.has(cell);
  }
}

class LaneProgram {
  private readonly uniform: Uniform;
  private readonly regOf: ReadonlyMap<LaneColumn, Cell>;

  constructor(private readonly array: LaneArray) {
    this.uniform = new Uniform(array);
    this.regOf = new Map([...array.columns].map(([reg, column]) => [column, reg]));
  }

  body(
    updates: readonly Update[],
    region: Region,
    depth: number,
  ): Item & { readonly statements: Statement[] } {
    const direct: Update[] = [];
    const groups = new Map<Cell, Update[]>();
    for (const update of updates) {
      if (update.value === update.reg) continue;
      const condition = depth < MAX_PEEL_DEPTH ? this.condition(update.value) : undefined;
      const group = condition === undefined ? direct : groups.get(condition);
      if (group !== undefined) group.push(update);
      else if (condition !== undefined) groups.set(condition, [update]);
    }
    const parts = [...groups].map(([condition, group]) => this.branch(condition, group, region, depth));
    if (direct.length > 0) parts.unshift(this.loop(direct));
    const order = readersFirst(parts);
    return {
      statements: order.flatMap((i) => parts[i]?.statements ?? []),
      reads: parts.flatMap(({ reads }) => reads),
      writes: parts.flatMap(({ writes }) => writes),
    };
  }

  /** The condition of a mux that decides the same in all lanes. */
  private condition({ node, args }: Cell): Cell | undefined {
    const [select] = args;
    const isMux = node.kind === 'op' && node.op === 'mux';
    return isMux && select !== undefined && select.kind !== 'const' && this.uniform.has(select)
      ? select
      : undefined;
  }

  private branch(
    condition: Cell,
    updates: readonly Update[],
    parent: Region,
    depth: number,
  ): Item & { readonly statements: Statement[] } {
    const arm = (index: 1 | 2): Item & { readonly region: Region; readonly statements: Statement[] } => {
      const region = childRegion(parent);
      const taken = updates.map((update) => ({ ...update, value: update.value.args[index] ?? update.value }));
      return { region, ...this.body(taken, region, depth + 1) };
    };
    const [then, otherwise] = [arm(1), arm(2)];
    const statement: Statement = {
      kind: 'if',
      condition: this.array.firstLaneCell(condition),
      then,
      otherwise,
    };
    return {
      statements: [statement],
      reads: [...then.reads, ...otherwise.reads],
      writes: [...then.writes, ...otherwise.writes],
    };
  }

  /** What the loop finds in padding and in gathered columns is put there first. */
  private loop(updates: readonly Update[]): Item & { readonly statements: Statement[] } {
    const { leaves, uniform } = this.inputsOf(updates);
    const written = new Set(updates.map(({ column }) => column));
    const statements: Statement[] = [];
    const neighbours: { readonly column: LaneColumn; readonly shift: number }[] = [];
    for (const leaf of leaves) {
      const source = this.array.sources.get(leaf);
      if (source?.kind !== 'column') continue;
      statements.push(...placeStatements(source));
      if (written.has(source.column) && source.shift !== 0) neighbours.push(source);
    }
    const lower = neighbours.filter(({ shift }) => shift < 0);
    const descending = 2 * lower.length >= neighbours.length;
    // Neighbours on the other side would be overwritten too early: their registers wait for the end of the edge.
    for (const { column, shift } of neighbours) if (shift < 0 !== descending) column.block.buffered = true;
    const loop: LaneLoop = { array: this.array, updates: this.inOrder(updates), descending, uniform };
    return {
      statements: [...statements, { kind: 'lanes', loop }],
      reads: this.registersRead(leaves),
      writes: updates.map(({ reg }) => reg),
    };
  }

  private inOrder(updates: readonly Update[]): Update[] {
    const items = updates.map(({ reg, ...update }): Item => {
      const { leaves } = this.inputsOf([{ reg, ...update }]);
      return { reads: this.registersRead(leaves), writes: [reg] };
    });
    return readersFirst(items).flatMap((i) => updates[i] ?? []);
  }

  private registersRead(leaves: readonly Cell[]): Cell[] {
    return leaves.flatMap((leaf) => {
      if (leaf.kind === 'reg') return [leaf];
      const source = this.array.sources.get(leaf);
      return (source?.kind === 'column' ? this.regOf.get(source.column) : undefined) ?? [];
    });
  }

  /** The inputs and registers that differ between lanes, and the largest expressions that do not. */
  private inputsOf(updates: readonly Update[]): { leaves: Cell[]; uniform: Map<Cell, Cell> } {
    const leaves: Cell[] = [];
    const uniform = new Map<Cell, Cell>();
    const seen = new Set<Cell>();
    const stack = updates.map(({ value }) => value);
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      if (seen.has(cell)) continue;
      seen.add(cell);
      if (this.uniform.has(cell)) {
        if (cell.kind !== 'const') uniform.set(cell, this.array.firstLaneCell(cell));
      } else if (cell.kind === 'op') stack.push(...cell.args);
      else leaves.push(cell);
    }
    return { leaves, uniform };
  }
}

function placeStatements({ column, placed }: LaneSource & { readonly kind: 'column' }): Statement[] {
  return placed.map(({ position, cell }) => ({
    kind: 'place',
    slot: columnSlot(column, position),
    value: cell,
  }));
}
