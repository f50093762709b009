/** Chooses which instances are simulated as lanes, and connects them. */

import type { Design } from '../hdl/index.js';
import { resolve, type Cell } from './cell.js';
import { flatten, type FlatDesign, type Scope } from './flatten.js';
import {
  makeColumn,
  LaneRegisters,
  pairCells,
  type Instances,
  type LaneArray,
  type LaneColumn,
  type LaneGroup,
  type LaneRegister,
  type LaneSource,
} from './lane-array.js';
import { layOut } from './lane-layout.js';
import { canVectorize } from './lane-program.js';
import { driversOf, linksOf, SourceFinder } from './lane-sources.js';
import { isExternal } from './template.js';

/** Fewer instances are not worth a loop. */
const MIN_LANES = 32;
/** Operations and registers per instance; larger ones would make loops that run out of vector registers. */
const MAX_CELLS = 1000;
/** A value that must be copied to its lane in every cycle costs about as much as this many operations in a loop. */
const COPY_COST = 3;

/** Instances of one Design as lanes wherever it is possible, or nowhere; undefined: where it pays. */
export type ArrayMode = 'rolled' | 'unrolled' | undefined;

/** Groups of instances of one Design that can run as loops; no instance is in two. */
export function findArrays(
  flat: FlatDesign,
  mode: ArrayMode,
): { readonly arrays: readonly LaneArray[]; readonly registers: LaneRegisters } {
  const cells = new Map<Cell, LaneRegister>();
  // With several clocks, a register's clock is not part of its Design.
  const isOff = mode === 'unrolled' || flat.design.domains !== undefined;
  let groups = isOff
    ? []
    : chooseInstances(flat, mode === 'rolled' ? 2 : MIN_LANES).map((found) => makeGroup(found, cells));
  for (;;) {
    const registers = new LaneRegisters(groups, cells);
    const arrays = groups.map((group) => connect(group, registers));
    const kept = arrays.filter((array) => canVectorize(array) && (mode === 'rolled' || pays(array)));
    if (kept.length === groups.length) return { arrays, registers };
    // A group that is dropped changes what the others can read as a neighbour.
    groups = groups.filter(({ instances }) => kept.some((array) => array.instances === instances));
  }
}

function connect(group: LaneGroup, registers: LaneRegisters): LaneArray {
  const { prototype, lanes } = group.instances;
  const firstLane = new Map<Cell, Cell>();
  const [first] = lanes;
  if (first !== undefined) pairCells(prototype.top, first, (a, b) => firstLane.set(a, b));
  const finder = new SourceFinder(registers);
  const sources = new Map<Cell, LaneSource>();
  for (const { cell } of prototype.inputs) sources.set(cell, finder.source(group, cell));
  const { constants } = finder;
  return { ...group, sources, constants, firstLaneCell: (cell) => resolve(firstLane.get(cell) ?? cell) };
}

function pays({ sources, instances: { lanes, prototype } }: LaneArray): boolean {
  const copies = [...sources.values()].reduce(
    (sum, source) => sum + (source.kind === 'column' ? source.placed.length : 0),
    0,
  );
  return copies * COPY_COST < lanes.length * costOf(prototype);
}

const costOf = ({ cells }: FlatDesign): number =>
  cells.reduce((sum, { kind }) => sum + (kind === 'op' || kind === 'reg' ? 1 : 0), 0);

interface Candidate {
  readonly prototype: FlatDesign;
  readonly scopes: readonly Scope[];
}

function chooseInstances(flat: FlatDesign, minLanes: number): Instances[] {
  const parent = new Map<Scope, Scope>();
  const chosen = new Set<Scope>();
  const above = new Set<Scope>();
  const found: Instances[] = [];
  for (const { prototype, scopes } of candidates(flat.top, parent, minLanes)) {
    const free = scopes.filter((scope) => !above.has(scope) && !isInside(scope, parent, chosen));
    if (free.length < minLanes) continue;
    for (const scope of free) {
      chosen.add(scope);
      for (let up = parent.get(scope); up !== undefined && !above.has(up); up = parent.get(up)) above.add(up);
    }
    found.push({ prototype, lanes: free });
  }
  return found;
}

function isInside(scope: Scope, parent: ReadonlyMap<Scope, Scope>, chosen: ReadonlySet<Scope>): boolean {
  for (let up: Scope | undefined = scope; up !== undefined; up = parent.get(up))
    if (chosen.has(up)) return true;
  return false;
}

/** Designs with enough instances, the most promising first: much work in many lanes. */
function candidates(top: Scope, parent: Map<Scope, Scope>, minLanes: number): Candidate[] {
  const byDesign = new Map<Design, Scope[]>();
  const stack = [top];
  for (let scope = stack.pop(); scope !== undefined; scope = stack.pop()) {
    const { design } = scope.template;
    const known = byDesign.get(design);
    if (known !== undefined) known.push(scope);
    else byDesign.set(design, [scope]);
    const children = [...scope.children.values()];
    for (const child of children) parent.set(child, scope);
    stack.push(...children.reverse());
  }
  return [...byDesign]
    .flatMap(([design, scopes]): (Candidate & { readonly score: number })[] => {
      if (scopes.length < minLanes || scopes.includes(top) || !isPlain(design)) return [];
      const prototype = flatten(design);
      if (prototype.regs.length === 0 || prototype.cells.length > MAX_CELLS) return [];
      return [{ prototype, scopes, score: costOf(prototype) * scopes.length * Math.log2(scopes.length) }];
    })
    .sort((a, b) => b.score - a.score);
}

/** No memories, external cells or checks, here or below. */
function isPlain(design: Design): boolean {
  const seen = new Set<Design>();
  const stack = [design];
  for (let below = stack.pop(); below !== undefined; below = stack.pop()) {
    if (seen.has(below)) continue;
    seen.add(below);
    if (below.memories.length > 0) return false;
    for (const instance of below.instances) {
      if (isExternal(instance.design)) return false;
      stack.push(instance.design);
    }
  }
  return true;
}

function makeGroup(instances: Instances, registers: Map<Cell, LaneRegister>): LaneGroup {
  const { prototype, lanes } = instances;
  const regs = new Set(prototype.regs.map(({ cell }) => cell));
  lanes.forEach((scope, lane) =>
    pairCells(prototype.top, scope, (reg, cell) => {
      if (cell.kind === 'reg' && regs.has(reg)) registers.set(cell, { instances, lane, reg });
    }),
  );
  const drivers = new Map(prototype.inputs.map(({ cell }) => [cell, driversOf(instances, cell)]));
  const links = [...drivers.values()].map((found) => linksOf(instances, found, registers));
  const layout = layOut(lanes.length, links);
  const columns = new Map<Cell, LaneColumn>();
  for (const { cell } of prototype.regs) columns.set(cell, makeColumn(cell.node.type, layout.size, true));
  return { ...layout, instances, drivers, columns };
}
