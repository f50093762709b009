/** Statements of one compiled function set (clock edge, settling of outputs, probes) before code generation. */

import type { Cell } from './cell.js';
import type { FlatReg } from './flatten.js';
import type { LaneLoop } from './lane-program.js';
import type { MemoryLayout, Slot } from './layout.js';

/** A stretch of code that runs or not as a whole. Cells needed more than once are computed where their region starts. */
export interface Region {
  readonly parent: Region | undefined;
  readonly depth: number;
  readonly unit: Unit;
  /** Cells computed at the start, in order. */
  readonly cells: Cell[];
}

export interface Body {
  readonly region: Region;
  readonly statements: readonly Statement[];
}

export type Statement =
  | { readonly kind: 'if'; readonly condition: Cell; readonly then: Body; readonly otherwise: Body }
  | { readonly kind: 'set'; readonly reg: FlatReg; readonly value: Cell }
  | { readonly kind: 'store'; readonly slot: Slot; readonly value: Cell }
  | { readonly kind: 'fail'; readonly index: number }
  /** Puts a value where only the next loop over lanes reads it. */
  | { readonly kind: 'place'; readonly slot: Slot; readonly value: Cell }
  | { readonly kind: 'lanes'; readonly loop: LaneLoop }
  | { readonly kind: 'read'; readonly layout: MemoryLayout; readonly port: number; readonly address: Cell }
  | {
      readonly kind: 'write';
      readonly layout: MemoryLayout;
      readonly address: Cell;
      readonly groups: readonly {
        readonly mask: Cell | undefined;
        readonly region: Region;
        readonly fields: readonly { readonly field: number; readonly value: Cell }[];
      }[];
    };

/** A piece of code at the top level of a function. Value units compute one cell for several others. */
export interface Unit {
  readonly root: Region;
  statements: readonly Statement[];
  readonly value: Cell | undefined;
  /** Estimated size, in operations. */
  weight: number;
  /** Index of the function the unit is in. */
  chunk: number;
}

export function makeUnit(value?: Cell): Unit {
  const cells: Cell[] = [];
  const unit: { -readonly [K in keyof Unit]: Unit[K] } & { root: Region } = {
    root: {
      parent: undefined,
      depth: 0,
      cells,
      get unit(): Unit {
        return unit;
      },
    },
    statements: [],
    value,
    weight: 1,
    chunk: 0,
  };
  return unit;
}

export const childRegion = (parent: Region): Region => ({
  parent,
  depth: parent.depth + 1,
  unit: parent.unit,
  cells: [],
});

/** Calls `visit` for every cell a statement uses itself, with the region of the use. */
export function visitUses(
  statements: readonly Statement[],
  region: Region,
  visit: (cell: Cell, region: Region) => void,
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'if':
        visit(statement.condition, region);
        visitUses(statement.then.statements, statement.then.region, visit);
        visitUses(statement.otherwise.statements, statement.otherwise.region, visit);
        break;
      case 'set':
      case 'store':
      case 'place':
        visit(statement.value, region);
        break;
      case 'read':
      case 'write':
        // Twice: for the range check and for the access.
        visit(statement.address, region);
        visit(statement.address, region);
        if (statement.kind === 'read') break;
        for (const group of statement.groups) {
          if (group.mask !== undefined) visit(group.mask, region);
          for (const { value } of group.fields) visit(value, group.region);
        }
        break;
      case 'lanes':
        for (const cell of statement.loop.uniform.values()) visit(cell, region);
        break;
      case 'fail':
        break;
    }
  }
}

const MAX_PEEL_DEPTH = 30;
const MAX_GROUP = 1000;

interface Update {
  readonly reg: FlatReg;
  readonly next: Cell;
}

/** Builds the statements of a clock edge that update registers: grouped by enable, readers before writers. */
export class UpdateBuilder {
  private readonly visited = new Set<Cell>();

  constructor(
    private readonly uses: Int32Array,
    /** The cell that stands for a state cell where order matters. */
    private readonly representative: (cell: Cell) => Cell,
  ) {}

  units(regs: readonly FlatReg[]): { readonly units: Unit[]; readonly items: Item[] } {
    const groups = new Map<Cell, Update[]>();
    const lists: Update[][] = [];
    for (const reg of regs) {
      if (reg.next === reg.cell) continue;
      const update = { reg, next: reg.next };
      const condition = this.peel(reg.next)?.args[0];
      if (condition === undefined) {
        lists.push([update]);
        continue;
      }
      const group = groups.get(condition);
      if (group !== undefined && group.length < MAX_GROUP) {
        group.push(update);
        continue;
      }
      const started = [update];
      groups.set(condition, started);
      lists.push(started);
    }
    const units: Unit[] = [];
    const items: Item[] = [];
    for (const list of lists) {
      const unit = makeUnit();
      const { statements, reads, writes } = this.body(list, unit.root, 0);
      unit.statements = statements;
      units.push(unit);
      items.push({ reads, writes });
    }
    return { units, items };
  }

  /** The mux at the root of a register's next value, if only that register uses it. */
  private peel(next: Cell): Cell | undefined {
    const isMux = next.node.kind === 'op' && next.node.op === 'mux';
    return isMux && this.uses[next.index] === 1 ? next : undefined;
  }

  private body(
    updates: readonly Update[],
    region: Region,
    depth: number,
  ): Item & { statements: Statement[] } {
    const parts: { statement: Statement; item: Item }[] = [];
    const groups = new Map<Cell, Update[]>();
    const order: (Update | Cell)[] = [];
    for (const update of updates) {
      if (update.next === update.reg.cell) continue;
      const condition = depth < MAX_PEEL_DEPTH ? this.peel(update.next)?.args[0] : undefined;
      const group = condition === undefined ? undefined : groups.get(condition);
      if (condition === undefined) order.push(update);
      else if (group !== undefined) group.push(update);
      else {
        groups.set(condition, [update]);
        order.push(condition);
      }
    }
    for (const entry of order) {
      if ('reg' in entry) parts.push(this.set(entry));
      else parts.push(this.branch(entry, groups.get(entry) ?? [], region, depth));
    }
    const sorted = readersFirst(parts.map(({ item }) => item));
    return {
      statements: sorted.flatMap((i) => parts[i]?.statement ?? []),
      reads: parts.flatMap(({ item }) => item.reads),
      writes: parts.flatMap(({ item }) => item.writes),
    };
  }

  private set({ reg, next }: Update): { statement: Statement; item: Item } {
    return {
      statement: { kind: 'set', reg, value: next },
      item: { reads: this.statesRead(next), writes: [reg.cell] },
    };
  }

  private branch(
    condition: Cell,
    updates: readonly Update[],
    parent: Region,
    depth: number,
  ): { statement: Statement; item: Item } {
    const arm = (index: 1 | 2): Item & { body: Body } => {
      const region = childRegion(parent);
      const list = updates.flatMap(({ reg, next }) => {
        const value = next.args[index];
        return value === undefined ? [] : [{ reg, next: value }];
      });
      const { statements, reads, writes } = this.body(list, region, depth + 1);
      return { body: { region, statements }, reads, writes };
    };
    const then = arm(1);
    const otherwise = arm(2);
    return {
      statement: { kind: 'if', condition, then: then.body, otherwise: otherwise.body },
      item: {
        reads: [...then.reads, ...otherwise.reads, ...this.statesRead(condition)],
        writes: [...new Set([...then.writes, ...otherwise.writes])],
      },
    };
  }

  /** State cells read to compute `root`; each computed cell is attributed to the first item that reaches it. */
  statesRead(root: Cell): Cell[] {
    const found: Cell[] = [];
    const stack = [root];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      if (cell.kind === 'reg' || cell.kind === 'readSync') found.push(this.representative(cell));
      if (cell.args.length === 0 || this.visited.has(cell)) continue;
      this.visited.add(cell);
      stack.push(...cell.args);
    }
    return found;
  }
}

export interface Item {
  readonly reads: readonly Cell[];
  readonly writes: readonly Cell[];
}

/** An order in which, where cycles permit, what reads a state cell comes before what writes it. Linear. */
export function readersFirst(items: readonly Item[]): number[] {
  const readers = new Map<Cell, number[]>();
  const written = new Set(items.flatMap(({ writes }) => writes));
  items.forEach(({ reads }, i) => {
    for (const cell of reads) {
      if (!written.has(cell)) continue;
      const list = readers.get(cell);
      if (list === undefined) readers.set(cell, [i]);
      else list.push(i);
    }
  });
  const before = items.map(({ writes }) => writes.flatMap((cell) => readers.get(cell) ?? []));
  const state = new Uint8Array(items.length);
  const position = new Int32Array(items.length);
  const order: number[] = [];
  for (let start = 0; start < items.length; start++) {
    const stack = [start];
    while (stack.length > 0) {
      const i = stack[stack.length - 1] ?? 0;
      if (state[i] === 2) {
        stack.pop();
        continue;
      }
      state[i] = 1;
      const list = before[i] ?? [];
      const next = list[position[i] ?? 0];
      if (next === undefined) {
        state[i] = 2;
        order.push(i);
        stack.pop();
      } else {
        position[i] = (position[i] ?? 0) + 1;
        if (state[next] === 0) stack.push(next);
      }
    }
  }
  return order;
}
