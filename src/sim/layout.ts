/** Where values live in linear memory. Offsets are assigned after code generation, in the order of first writes. */

import type { ScalarType } from '../hdl/index.js';
import type { FlatMemory } from './flatten.js';

/** Wasm representation: one i32, one i64, or little-endian i64 limbs in memory. */
export type ValueClass = 0 | 1 | 2;
export const NARROW = 0;
export const LONG = 1;
export const WIDE = 2;

export const widthClass = (width: number): ValueClass => (width <= 32 ? NARROW : width <= 64 ? LONG : WIDE);
export const classOf = (type: ScalarType): ValueClass => widthClass(type.width);
export const limbsOf = (type: ScalarType): number => Math.max(1, Math.ceil(type.width / 64));

/** A piece of memory that is allocated, written and committed as a whole. */
export interface Block {
  readonly bytes: number;
  /** Registers and memories: what a clock edge changes. */
  readonly isState: boolean;
  /** -1 until the layout is fixed. */
  offset: number;
  /** State only: something reads the old value after the new one is known, so writes go to a shadow first. */
  buffered: boolean;
  shadowOffset: number;
  /** During code generation: a write precedes this point. */
  written: boolean;
}

/** One value inside a block. */
export interface Slot {
  readonly block: Block;
  readonly delta: number;
  readonly type: ScalarType;
  /** 1, 2, 4, 8, or 8 per limb. */
  readonly bytes: number;
}

export function makeBlock(bytes: number, isState = false, offset = -1): Block {
  return { bytes, isState, offset, buffered: false, shadowOffset: offset, written: false };
}

/** A slot of its own, 4 bytes, 8 bytes or limbs. */
export function makeSlot(type: ScalarType, isState = false): Slot {
  const bytes = slotBytes(type);
  return { block: makeBlock(bytes, isState), delta: 0, type, bytes };
}

export function slotBytes(type: ScalarType): number {
  return type.width <= 32 ? 4 : limbsOf(type) * 8;
}

/** How the words of one memory are stored: word after word, each field rounded up to 1, 2, 4, 8 bytes or limbs. */
export interface MemoryLayout {
  readonly memory: FlatMemory;
  /** `depth` words and one more that stays zero: what an address out of range reads. */
  readonly block: Block;
  readonly stride: number;
  readonly fields: readonly { readonly delta: number; readonly bytes: number; readonly type: ScalarType }[];
  /** The output register of each registered read port: one word. */
  readonly readBlocks: readonly (Block | undefined)[];
}

export function layoutMemory(flat: FlatMemory): MemoryLayout {
  const sizes = flat.memory.fields.map(({ type }) => elementBytes(type));
  const deltas = new Array<number>(sizes.length).fill(0);
  let end = 0;
  // Largest first keeps every field aligned without gaps.
  const order = sizes.map((_, i) => i).sort((a, b) => align(sizes[b] ?? 0) - align(sizes[a] ?? 0) || a - b);
  for (const i of order) {
    deltas[i] = end;
    end += sizes[i] ?? 0;
  }
  const stride = end > 4 ? roundUp(end, 8) : end > 2 ? 4 : end;
  const fields = flat.memory.fields.map(({ type }, i) => ({
    delta: deltas[i] ?? 0,
    bytes: sizes[i] ?? 1,
    type,
  }));
  return {
    memory: flat,
    block: makeBlock(stride * (flat.memory.depth + 1), true),
    stride,
    fields,
    readBlocks: flat.readPorts.map(({ sync }) => (sync ? makeBlock(stride, true) : undefined)),
  };
}

const align = (bytes: number): number => Math.min(bytes, 8);

function elementBytes(type: ScalarType): number {
  if (type.width <= 8) return 1;
  if (type.width <= 16) return 2;
  return slotBytes(type);
}

export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Bump allocator over linear memory. The first bytes are the simulator's own. */
export class Allocator {
  /** 0: reset, 4: 1 + index of the first failed assertion. */
  static readonly RESET = 0;
  static readonly FAILURE = 4;
  end = 64;

  place(block: Block): void {
    if (block.offset >= 0) return;
    block.offset = this.take(block.bytes);
  }

  take(bytes: number): number {
    const offset = roundUp(this.end, bytes >= 64 ? 64 : bytes >= 8 ? 8 : 4);
    this.end = offset + bytes;
    return offset;
  }

  /** Buffered blocks side by side, and their shadows in the same order, so that a commit is one copy. */
  placeBuffered(blocks: readonly Block[]): { from: number; to: number; bytes: number } {
    this.end = roundUp(this.end, 8);
    const to = this.end;
    for (const block of blocks) this.place(block);
    this.end = roundUp(this.end, 8);
    const from = this.end;
    for (const block of blocks) block.shadowOffset = block.offset + (from - to);
    const bytes = from - to;
    this.end += bytes;
    return { from, to, bytes };
  }
}
