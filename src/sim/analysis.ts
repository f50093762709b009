/** Decides for every live cell where its code goes: inline at its one use, at the start of a region, or in a unit of its own. */

import { SimError } from './errors.js';
import type { Cell } from './cell.js';
import { classOf, limbsOf, WIDE } from './layout.js';
import { childRegion, makeUnit, visitUses, type Region, type Unit } from './program.js';

/** Operations per unit above which its shared cells get units of their own, so that functions stay of a size. */
const MAX_UNIT_WEIGHT = 3000;
/** Expressions nest at most this deep; deeper ones are cut by computing a cell first. */
const MAX_INLINE_DEPTH = 40;
const MAX_REGION_DEPTH = 40;
/** A mux arm of at least this many operations is worth a branch. */
const BRANCH_WEIGHT = 3;

/** Cells that are read from where they are stored, whenever needed. */
export function isStored(cell: Cell): boolean {
  switch (cell.kind) {
    case 'const':
    case 'input':
    case 'reg':
    case 'readSync':
    case 'externalOutput':
      return true;
    default:
      return false;
  }
}

export interface Analysis {
  /** Units that compute one shared cell, in dependency order; they run before the given units. */
  readonly valueUnits: readonly Unit[];
  /** The unit that computes a cell which several units use. */
  readonly ownUnit: ReadonlyMap<Cell, Unit>;
  /** Arm regions of the muxes that become branches: [whenOne, whenZero]. */
  readonly arms: ReadonlyMap<Cell, readonly [Region, Region]>;
  /** All live cells, arguments first. */
  readonly order: readonly Cell[];
  /** Where each live computed cell is computed, by cell index. */
  readonly regions: readonly (Region | undefined)[];
}

/** Analyses the program made of `units`. `alone` cells always get a unit of their own. */
export function analyse(cellCount: number, units: readonly Unit[], alone: (cell: Cell) => boolean): Analysis {
  const order = dependencyOrder(units, cellCount);
  const uses = countUses(units, order, cellCount);
  const shape = measure(order, uses, cellCount);
  const first = new Placement(uses, shape, alone, cellCount, () => false).run(units, order);
  const heavy = new Set([...units, ...first.valueUnits].filter(({ weight }) => weight > MAX_UNIT_WEIGHT));
  if (heavy.size === 0) return first;
  const split = new Set<Cell>();
  for (const cell of order) {
    const region = first.regions[cell.index];
    if (region !== undefined && heavy.has(region.unit) && (uses[cell.index] ?? 0) > 1 && !isStored(cell))
      split.add(cell);
  }
  for (const unit of [...units, ...first.valueUnits]) clearRegions(unit);
  return new Placement(uses, shape, alone, cellCount, (cell) => split.has(cell)).run(units, order);
}

function clearRegions(unit: Unit): void {
  unit.weight = 1;
  const clear = (region: Region): void => void (region.cells.length = 0);
  clear(unit.root);
  const visit = (statements: Unit['statements']): void => {
    for (const statement of statements) {
      if (statement.kind === 'if') {
        for (const body of [statement.then, statement.otherwise]) {
          clear(body.region);
          visit(body.statements);
        }
      } else if (statement.kind === 'write') statement.groups.forEach(({ region }) => clear(region));
    }
  };
  visit(unit.statements);
}

/** Live cells, arguments first. Throws on a combinational loop, naming the cells on it. */
export function dependencyOrder(units: readonly Unit[], cellCount: number): Cell[] {
  const state = new Uint8Array(cellCount);
  const position = new Map<Cell, number>();
  const order: Cell[] = [];
  const visit = (root: Cell): void => {
    if (state[root.index] !== 0) return;
    const stack = [root];
    state[root.index] = 1;
    for (let cell = stack.at(-1); cell !== undefined; cell = stack.at(-1)) {
      const at = position.get(cell) ?? 0;
      const next = cell.args[at];
      if (next === undefined) {
        state[cell.index] = 2;
        position.delete(cell);
        order.push(cell);
        stack.pop();
        continue;
      }
      position.set(cell, at + 1);
      if (state[next.index] === 1) throw loopError(stack.slice(stack.indexOf(next)));
      if (state[next.index] === 0) {
        state[next.index] = 1;
        stack.push(next);
      }
    }
  };
  for (const unit of units) {
    if (unit.value !== undefined) visit(unit.value);
    visitUses(unit.statements, unit.root, visit);
  }
  return order;
}

function loopError(cells: readonly Cell[]): SimError {
  const names = cells.flatMap(({ node }) => (node.name !== undefined ? [node.name] : []));
  const external = cells.some(({ kind }) => kind === 'externalCall');
  const path = names.length === 0 ? `${cells.length} unnamed operations` : [...names, names[0]].join(' <- ');
  const hint = external
    ? 'the loop passes through an external cell whose model computes outputs from inputs: let outputs() use the state only, if the cell has registers'
    : 'put a register into the loop';
  return new SimError('combinational-loop', `combinational loop: ${path}; ${hint}`);
}

export function countUses(units: readonly Unit[], order: readonly Cell[], cellCount: number): Int32Array {
  const uses = new Int32Array(cellCount);
  const add = (cell: Cell): void => {
    uses[cell.index] = (uses[cell.index] ?? 0) + 1;
  };
  for (const cell of order) cell.args.forEach(add);
  for (const unit of units) {
    if (unit.value !== undefined) add(unit.value);
    visitUses(unit.statements, unit.root, add);
  }
  return uses;
}

interface Shape {
  /** Operations of a cell and of what is computed for it alone. */
  readonly weight: Int32Array;
  /** 1: must be computed at the start of a region although used once. */
  readonly forced: Uint8Array;
}

function measure(order: readonly Cell[], uses: Int32Array, cellCount: number): Shape {
  const weight = new Int32Array(cellCount);
  const forced = new Uint8Array(cellCount);
  const depth = new Uint8Array(cellCount);
  for (const cell of order) {
    if (isStored(cell)) continue;
    const wide = classOf(cell.node.type) === WIDE;
    if (wide || usesWideShift(cell)) forced[cell.index] = 1;
    const rereads =
      wide || cell.kind === 'readAsync' || cell.args.some(({ node }) => classOf(node.type) === WIDE);
    let sum = operations(cell);
    let deepest = 0;
    for (const arg of cell.args) {
      if (isStored(arg)) continue;
      // Code for limbs, addresses and distances reads its sources several times.
      if (rereads || isDistance(cell, arg)) forced[arg.index] = 1;
      if (uses[arg.index] === 1) sum += weight[arg.index] ?? 0;
      if (uses[arg.index] === 1 && forced[arg.index] === 0)
        deepest = Math.max(deepest, depth[arg.index] ?? 0);
    }
    weight[cell.index] = sum;
    depth[cell.index] = deepest + 1;
    if (deepest + 1 >= MAX_INLINE_DEPTH) forced[cell.index] = 1;
  }
  return { weight, forced };
}

const isDistance = ({ node, args }: Cell, arg: Cell): boolean =>
  node.kind === 'op' && (node.op === 'shlDynamic' || node.op === 'shrDynamic') && args[1] === arg;

function operations(cell: Cell): number {
  const limbs = classOf(cell.node.type) === WIDE ? 3 * limbsOf(cell.node.type) : 1;
  return cell.node.kind === 'op' && cell.node.op === 'mul' ? 3 * limbs * limbs : limbs;
}

/** A dynamic shift right of a wide value works in memory even when its result is narrow. */
export function usesWideShift({ node, args }: Cell): boolean {
  return (
    node.kind === 'op' &&
    node.op === 'shrDynamic' &&
    args[0] !== undefined &&
    classOf(args[0].node.type) === WIDE
  );
}

class Placement {
  readonly valueUnits: Unit[] = [];
  readonly ownUnit = new Map<Cell, Unit>();
  readonly arms = new Map<Cell, readonly [Region, Region]>();
  /** Where each cell is needed: the innermost region around all its uses; undefined: in several units. */
  readonly regions: (Region | undefined)[];
  private readonly shared: Uint8Array;
  private readonly filled = new Set<Region>();

  constructor(
    private readonly uses: Int32Array,
    private readonly shape: Shape,
    private readonly alone: (cell: Cell) => boolean,
    cellCount: number,
    private readonly split: (cell: Cell) => boolean,
  ) {
    this.regions = new Array<Region | undefined>(cellCount).fill(undefined);
    this.shared = new Uint8Array(cellCount);
  }

  run(units: readonly Unit[], order: readonly Cell[]): Analysis {
    const use = (cell: Cell, region: Region): void => this.use(cell, region);
    for (const unit of units) visitUses(unit.statements, unit.root, use);
    for (let i = order.length - 1; i >= 0; i--) {
      const cell = order[i];
      if (cell !== undefined) this.place(cell);
    }
    this.valueUnits.reverse();
    // Cells were collected users first.
    for (const region of this.filled) region.cells.reverse();
    return {
      valueUnits: this.valueUnits,
      ownUnit: this.ownUnit,
      arms: this.arms,
      order,
      regions: this.regions,
    };
  }

  private use(cell: Cell, region: Region): void {
    if (this.shared[cell.index] === 1) return;
    const known = this.regions[cell.index];
    const joined = known === undefined ? region : commonRegion(known, region);
    if (joined === undefined) this.shared[cell.index] = 1;
    this.regions[cell.index] = joined;
  }

  private place(cell: Cell): void {
    if (isStored(cell)) {
      for (const arg of cell.args) this.shared[arg.index] = 1;
      return;
    }
    const region = this.needsUnit(cell) ? this.openUnit(cell) : this.regions[cell.index];
    if (region === undefined) return;
    this.regions[cell.index] = region;
    region.unit.weight += operations(cell);
    const computed = (this.uses[cell.index] ?? 0) > 1 || this.shape.forced[cell.index] === 1;
    if (computed && region.unit.value !== cell) {
      this.filled.add(region);
      region.cells.push(cell);
    }
    this.useArgs(cell, region);
  }

  private needsUnit(cell: Cell): boolean {
    return (
      this.shared[cell.index] === 1 ||
      cell.kind === 'externalCall' ||
      this.alone(cell) ||
      this.split(cell) ||
      ((this.shape.weight[cell.index] ?? 0) > MAX_UNIT_WEIGHT && this.isCut(cell))
    );
  }

  /** Cuts a heavy expression where no single argument is heavy itself, so that the pieces are of similar weight. */
  private isCut(cell: Cell): boolean {
    const weight = (other: Cell): number => this.shape.weight[other.index] ?? 0;
    const step = Math.floor(weight(cell) / MAX_UNIT_WEIGHT);
    return cell.args.every((arg) => Math.floor(weight(arg) / MAX_UNIT_WEIGHT) < step);
  }

  private openUnit(cell: Cell): Region {
    const unit = makeUnit(cell);
    this.valueUnits.push(unit);
    this.ownUnit.set(cell, unit);
    return unit.root;
  }

  private useArgs(cell: Cell, region: Region): void {
    const [select, one, zero] = cell.args;
    if (select !== undefined && one !== undefined && zero !== undefined && this.isBranch(cell, region)) {
      const arms = [childRegion(region), childRegion(region)] as const;
      this.arms.set(cell, arms);
      this.use(select, region);
      this.use(one, arms[0]);
      this.use(zero, arms[1]);
      return;
    }
    for (const arg of cell.args) this.use(arg, region);
  }

  private isBranch(cell: Cell, region: Region): boolean {
    const { node, args } = cell;
    if (node.kind !== 'op' || node.op !== 'mux' || region.depth >= MAX_REGION_DEPTH) return false;
    const cost = (arg: Cell | undefined): number =>
      arg === undefined || isStored(arg) || this.uses[arg.index] !== 1
        ? 0
        : (this.shape.weight[arg.index] ?? 0);
    return Math.max(cost(args[1]), cost(args[2])) >= BRANCH_WEIGHT;
  }
}

function commonRegion(a: Region, b: Region): Region | undefined {
  if (a.unit !== b.unit) return undefined;
  let left = a;
  let right = b;
  while (left !== right) {
    if (left.depth >= right.depth) {
      if (left.parent === undefined) return undefined;
      left = left.parent;
    } else {
      if (right.parent === undefined) return undefined;
      right = right.parent;
    }
  }
  return left;
}
