/** Slots of everything that keeps its value between functions: inputs, registers, memories, external cells. */

import type { Storage, ExternalSlots } from './emitter.js';
import type { Cell } from './cell.js';
import type { FlatDesign, FlatMemory } from './flatten.js';
import { columnSlot, type LaneArray, type LaneRegisters } from './lane-array.js';
import { Allocator, layoutMemory, makeSlot, type Block, type MemoryLayout, type Slot } from './layout.js';

export class State implements Storage {
  readonly memories: readonly MemoryLayout[];
  readonly externals: readonly ExternalSlots[];
  private readonly slots = new Map<Cell, Slot>();
  private readonly layoutOf = new Map<FlatMemory, MemoryLayout>();

  constructor(
    private readonly flat: FlatDesign,
    readonly arrays: readonly LaneArray[],
    /** Registers that loops over lanes update. */
    readonly lanes: LaneRegisters,
  ) {
    this.memories = flat.memories.map((memory) => {
      const layout = layoutMemory(memory);
      this.layoutOf.set(memory, layout);
      return layout;
    });
    this.externals = flat.externals.map((external, index) => ({
      external,
      index,
      inputs: external.inputs.map(({ port }) => makeSlot(port.type)),
    }));
  }

  slotOf(cell: Cell): Slot {
    const known = this.slots.get(cell);
    if (known !== undefined) return known;
    const lane = this.lanes.find(cell);
    if (lane !== undefined) return columnSlot(lane.column, lane.position);
    const slot =
      cell.kind === 'readSync' ? this.readSlot(cell) : makeSlot(cell.node.type, cell.kind === 'reg');
    this.slots.set(cell, slot);
    return slot;
  }

  private readSlot(cell: Cell): Slot {
    const layout = this.memoryOf(cell);
    const { node } = cell;
    const block = node.kind === 'memoryRead' ? layout.readBlocks[node.port] : undefined;
    const field = node.kind === 'memoryRead' ? layout.fields[node.field] : undefined;
    if (block === undefined || field === undefined)
      throw new RangeError(`cell ${cell.index} has no read port`);
    return { block, delta: field.delta, bytes: field.bytes, type: field.type };
  }

  memoryOf(cell: Cell): MemoryLayout {
    const memory = this.flat.memoryOf.get(cell);
    const layout = memory === undefined ? undefined : this.layoutOf.get(memory);
    if (layout === undefined) throw new RangeError(`cell ${cell.index} reads an unknown memory`);
    return layout;
  }

  /** The cells of a registered read port. */
  readCells({ memory }: MemoryLayout, port: number): readonly Cell[] {
    return this.flat.readCells.get(memory)?.[port] ?? [];
  }

  externalOf(cell: Cell): ExternalSlots {
    const external = this.flat.externalOf.get(cell);
    const found = this.externals.find((slots) => slots.external === external);
    if (found === undefined) throw new RangeError(`cell ${cell.index} belongs to no external cell`);
    return found;
  }

  externalInput(external: number, input: number): Slot {
    const slot = this.externals[external]?.inputs[input];
    if (slot === undefined) throw new RangeError(`external cell ${external} has no input ${input}`);
    return slot;
  }

  /** Whether the memory that a read cell reads can change. */
  isWritten(cell: Cell): boolean {
    return this.memoryOf(cell).memory.writePorts.length > 0;
  }

  buffered(): Block[] {
    return [...new Set(this.blocks())].filter(({ buffered }) => buffered);
  }

  /** Assigns addresses: written state in the order of writing, then the rest; memories last. */
  place(written: readonly Block[]): Allocator {
    const allocator = new Allocator();
    for (const { cell } of this.flat.inputs) allocator.place(this.slotOf(cell).block);
    for (const { inputs } of this.externals) inputs.forEach(({ block }) => allocator.place(block));
    const memoryBlocks = new Set(this.memories.map(({ block }) => block));
    const small = (block: Block): boolean => !block.buffered && !memoryBlocks.has(block);
    for (const block of [...written, ...this.blocks()]) if (small(block)) allocator.place(block);
    for (const block of memoryBlocks) allocator.place(block);
    return allocator;
  }

  private *blocks(): Iterable<Block> {
    for (const { columns } of this.arrays) for (const { block } of columns.values()) yield block;
    for (const { cell } of this.flat.regs) if (!this.lanes.has(cell)) yield this.slotOf(cell).block;
    for (const { readBlocks } of this.memories)
      for (const block of readBlocks) if (block !== undefined) yield block;
  }
}
