/** Turns a flat design into WebAssembly: the clock edge, the settling of outputs, the bulk loop, and probes. */

import type { ScalarType } from '../hdl/index.js';
import { analyse, countUses, dependencyOrder, isStored, type Analysis } from './analysis.js';
import { Emitter, type Storage } from './emitter.js';
import { SimError } from './errors.js';
import type { Cell } from './cell.js';
import type { FlatDesign, FlatPort } from './flatten.js';
import { Allocator, makeBlock, makeSlot, type Slot } from './layout.js';
import {
  childRegion,
  makeUnit,
  readersFirst,
  UpdateBuilder,
  visitUses,
  type Item,
  type Unit,
} from './program.js';
import { laneConstants, laneResets } from './lane-state.js';
import type { LaneArray } from './lane-array.js';
import { findArrays, type ArrayMode } from './lane-groups.js';
import { laneUnit } from './lane-program.js';
import { bulkFunction, resetFunctions, stepFunctions, type BulkPort } from './shell.js';
import { State } from './state.js';
import { memoryWriteUnits, syncReadUnits } from './memory-units.js';
import { asCode, CodeWriter } from './writer.js';
import { encodeModule, I32, type FunctionCode, type ImportedFunction } from './wasm.js';

/** Imported functions come first in the index space. */
export const IMPORTS: readonly ImportedFunction[] = [
  { name: 'externalOutputs', params: [I32] },
  { name: 'externalClock', params: [I32] },
];
const MAX_FUNCTION_WEIGHT = 6000;
/** Cycles per call of the bulk loop. */
export const BATCH = 512;

/** A port and where its value is; `direct` values need no settling. */
export interface PortSlot {
  readonly name: string;
  readonly type: ScalarType;
  readonly slot: Slot;
  readonly direct: boolean;
}

/** The reset behaves like an input of every design. */
const RESET_TYPE: ScalarType = { signed: false, width: 1 };
const RESET_PORT: PortSlot = {
  name: 'rst',
  type: RESET_TYPE,
  slot: { block: makeBlock(4, false, Allocator.RESET), delta: 0, bytes: 4, type: RESET_TYPE },
  direct: true,
};

export interface Compiled {
  readonly flat: FlatDesign;
  readonly state: State;
  readonly allocator: Allocator;
  readonly inputs: readonly PortSlot[];
  readonly outputs: readonly PortSlot[];
  /** Byte offset of each port's column in the bulk loop, inputs then outputs. */
  readonly columns: readonly number[];
  readonly module: Uint8Array;
}

/** Compiles the step, settle and bulk functions. Throws `SimError` on combinational loops. */
export function compile(flat: FlatDesign, arrays?: ArrayMode): Compiled {
  const found = findArrays(flat, arrays);
  const state = new State(flat, found.arrays, found.registers);
  const inputs: PortSlot[] = flat.inputs.map((port) => ({
    ...port,
    slot: state.slotOf(port.cell),
    direct: true,
  }));
  if (!inputs.some(({ name }) => name === 'rst')) inputs.push(RESET_PORT);
  const outputs = flat.outputs.map((port) => ({ ...port, ...outputPlace(port, state) }));

  const step = compileUnits(flat, state, edgeUnits(flat, state), true);
  const settle = compileUnits(flat, state, outputUnits(outputs), false);
  const allocator = state.place(step.written);
  const commit = allocator.placeBuffered(state.buffered());
  for (const writer of [...step.functions, ...settle.functions]) writer.link(allocator);

  const resets = [...resetFunctions(flat, state), ...laneResets(state.arrays)];
  for (const writer of resets) writer.link(allocator);
  const ports: BulkPort[] = [...inputs, ...outputs].map(({ slot, type }, i) => ({
    slot,
    type,
    column: allocator.take(makeSlot(type).bytes * BATCH),
    isInput: i < inputs.length,
  }));
  const { code, settleIndex, stepIndex } = stepFunctions({
    firstIndex: IMPORTS.length,
    step: step.functions,
    settle: settle.functions,
    resets,
    commit,
    clockedExternals: flat.externals.flatMap(({ design }, i) => (design.clockPort === undefined ? [] : [i])),
  });
  const bulk = bulkFunction(ports, settleIndex, stepIndex);
  bulk.link(allocator);
  const functions: FunctionCode[] = [...code, { ...asCode(bulk), results: [I32], exportName: 'bulk' }];
  return {
    flat,
    state,
    allocator,
    inputs,
    outputs,
    columns: ports.map(({ column }) => column),
    module: encodeModule(IMPORTS, functions, laneConstants(state.arrays)),
  };
}

/** A module whose `probe` function computes `cells` into slots, new ones by default. */
export function compileProbe(
  { flat, state, allocator }: Compiled,
  cells: readonly Cell[],
  slots: readonly Slot[] = cells.map(({ node }) => makeSlot(node.type)),
): { readonly module: Uint8Array; readonly slots: readonly Slot[] } {
  const units = cells.map((cell, i) => storeUnit(slots[i] ?? makeSlot(cell.node.type), cell));
  const { functions } = compileUnits(flat, state, units, false);
  for (const writer of functions) writer.link(allocator);
  const main = new CodeWriter();
  functions.forEach((_, i) => main.call(IMPORTS.length + i));
  const code = [...functions.map(asCode), { ...asCode(main), exportName: 'probe' }];
  return { module: encodeModule(IMPORTS, code), slots };
}

function outputPlace({ cell, type }: FlatPort, state: State): { slot: Slot; direct: boolean } {
  const direct = cell.kind === 'reg' || cell.kind === 'readSync' || cell.kind === 'input';
  return { slot: direct ? state.slotOf(cell) : makeSlot(type), direct };
}

function outputUnits(outputs: readonly (PortSlot & FlatPort)[]): Unit[] {
  return outputs.flatMap(({ slot, cell, direct }) => (direct ? [] : [storeUnit(slot, cell)]));
}

function storeUnit(slot: Slot, value: Cell): Unit {
  const unit = makeUnit();
  unit.statements = [{ kind: 'store', slot, value }];
  return unit;
}

/** Everything that happens at a clock edge, in an order that mostly lets registers be written in place. */
function edgeUnits(flat: FlatDesign, state: State): Unit[] {
  const checks = flat.assertions.map(({ violated }, index) => checkUnit(violated, index));
  const externals = flat.externals.flatMap(({ inputs, design }, index) =>
    design.clockPort === undefined
      ? []
      : inputs.map(({ cell }, i) => storeUnit(state.externalInput(index, i), cell)),
  );
  const reads = syncReadUnits(state);
  const writes = memoryWriteUnits(state);
  // Use counts decide which muxes become branches; every register's next value counts as one use.
  const roots = makeUnit();
  const regs = flat.regs.filter(({ cell }) => !state.lanes.has(cell));
  roots.statements = regs.map((reg) => ({ kind: 'set', reg, value: reg.next }));
  const all = [...checks, ...externals, ...reads.map(({ unit }) => unit), ...writes, roots];
  const uses = countUses(all, dependencyOrder(all, flat.cells.length), flat.cells.length);
  const builder = new UpdateBuilder(uses, (cell) => state.lanes.representative(cell));
  const updates = builder.units(regs);
  const items: Item[] = [
    ...updates.items,
    ...state.arrays.map((array) => laneItem(array, state, builder)),
    ...reads.map(({ roots, writes: written }) => ({
      reads: roots.flatMap((cell) => builder.statesRead(cell)),
      writes: written,
    })),
  ];
  const units = [...updates.units, ...state.arrays.map(laneUnit), ...reads.map(({ unit }) => unit)];
  const ordered = readersFirst(items).flatMap((i) => units[i] ?? []);
  return [...checks, ...externals, ...ordered, ...writes];
}

/** What the loops over an array's lanes read and write; one register stands for those of all lanes. */
function laneItem({ sources, columns }: LaneArray, state: State, builder: UpdateBuilder): Item {
  const regOf = new Map(
    state.arrays.flatMap((array) => [...array.columns].map(([reg, column]) => [column, reg])),
  );
  const reads = [...sources.values()].flatMap((source) => {
    if (source.kind === 'uniform') return builder.statesRead(source.cell);
    const placed = source.placed.flatMap(({ cell }) => builder.statesRead(cell));
    return [...placed, ...[regOf.get(source.column) ?? []].flat()];
  });
  return { reads: [...reads, ...columns.keys()], writes: [...columns.keys()] };
}

function checkUnit(violated: Cell, index: number): Unit {
  const unit = makeUnit();
  const arm = (): Unit['root'] => childRegion(unit.root);
  unit.statements = [
    {
      kind: 'if',
      condition: violated,
      then: { region: arm(), statements: [{ kind: 'fail', index }] },
      otherwise: { region: arm(), statements: [] },
    },
  ];
  return unit;
}

interface CompiledUnits {
  readonly functions: readonly CodeWriter[];
  /** State blocks in the order of their first writes. */
  readonly written: Parameters<State['place']>[0];
}

function compileUnits(
  flat: FlatDesign,
  state: State,
  units: readonly Unit[],
  isEdge: boolean,
): CompiledUnits {
  const analysis = analyse(
    flat.cells.length,
    units,
    (cell) => cell.kind === 'readAsync' && state.isWritten(cell),
  );
  const sequence = [...analysis.valueUnits, ...units];
  divide(sequence);
  const written: CompiledUnits['written'][number][] = [];
  const emitter: Emitter = new Emitter(
    newWriter(),
    analysis,
    state satisfies Storage,
    crossingCells(analysis, units),
  );
  const functions: CodeWriter[] = [];
  function newWriter(): CodeWriter {
    return new CodeWriter([], (block) => {
      if (!isEdge) return;
      if (block.isState && !block.written) written.push(block);
      emitter.noteWrite(block);
    });
  }
  let chunk = -1;
  for (const unit of sequence) {
    if (unit.chunk !== chunk) {
      chunk = unit.chunk;
      const writer = newWriter();
      functions.push(writer);
      emitter.open(writer);
    }
    emitter.unit(unit);
  }
  for (const block of written) block.written = false;
  for (const { memory, block } of state.memories) {
    if (block.buffered)
      throw new SimError('too-large', `internal: memory ${memory.path} is read after it is written`);
  }
  return { functions, written: [...new Set(written)] };
}

/** Cuts the sequence of units into functions of similar size: compilers are slow on very long ones. */
function divide(sequence: readonly Unit[]): void {
  let chunk = 0;
  let weight = 0;
  for (const unit of sequence) {
    if (weight > 0 && weight + unit.weight > MAX_FUNCTION_WEIGHT) {
      chunk++;
      weight = 0;
    }
    weight += unit.weight;
    unit.chunk = chunk;
  }
}

/** Cells with a unit of their own that another function uses: they live in memory. */
function crossingCells({ order, ownUnit, regions }: Analysis, units: readonly Unit[]): Set<Cell> {
  const crossing = new Set<Cell>();
  const note = (cell: Cell, chunk: number): void => {
    const own = ownUnit.get(cell);
    if (own !== undefined && own.chunk !== chunk) crossing.add(cell);
  };
  for (const cell of order) {
    const chunk = isStored(cell) ? undefined : regions[cell.index]?.unit.chunk;
    if (chunk !== undefined) for (const arg of cell.args) note(arg, chunk);
  }
  for (const unit of units) visitUses(unit.statements, unit.root, (cell) => note(cell, unit.chunk));
  return crossing;
}
