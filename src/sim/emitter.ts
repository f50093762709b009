/** Code for cells: where a value is (local, slot, inline) and how to bring it on the stack. */

import type { ScalarType } from '../hdl/index.js';
import type { Analysis } from './analysis.js';
import { isStored, usesWideShift } from './analysis.js';
import { readWord, writeWord } from './emit-memory.js';
import { emitOperation } from './emit-narrow.js';
import { emitInMemory, emitWideShift } from './emit-wide.js';
import { emitLoop } from './lane-emitter.js';
import type { Cell } from './cell.js';
import type { FlatExternal } from './flatten.js';
import {
  Allocator,
  classOf,
  limbsOf,
  LONG,
  makeBlock,
  makeSlot,
  NARROW,
  WIDE,
  type Block,
  type MemoryLayout,
  type Slot,
  type ValueClass,
} from './layout.js';
import type { Region, Statement, Unit } from './program.js';
import { convert, wasmType, type CodeWriter } from './writer.js';
import { Op, VOID } from './wasm.js';

/** What the program knows about stored cells. */
export interface Storage {
  slotOf(cell: Cell): Slot;
  memoryOf(cell: Cell): MemoryLayout;
  externalOf(cell: Cell): ExternalSlots;
}

export interface ExternalSlots {
  readonly external: FlatExternal;
  readonly index: number;
  readonly inputs: readonly Slot[];
}

/** Index of the imported function that computes an external cell's outputs. */
export const EXTERNAL_OUTPUTS = 0;

export class Emitter {
  /** Locals of computed cells. */
  private readonly locals = new Map<Cell, number>();
  /** Memory of computed cells that are wide or used in several functions. */
  private readonly slots = new Map<Cell, Slot>();
  private pending: (readonly [ValueClass, number])[] = [];
  private readonly failure = makeBlock(4, false, Allocator.FAILURE);
  private readonly reset = makeBlock(4, false, Allocator.RESET);

  constructor(
    public out: CodeWriter,
    readonly analysis: Analysis,
    readonly storage: Storage,
    /** Cells that functions other than their own use. */
    private readonly crossing: ReadonlySet<Cell>,
  ) {}

  /** Continues in another function; only cells in memory stay known. */
  open(out: CodeWriter): void {
    this.out = out;
    this.locals.clear();
  }

  unit(unit: Unit): void {
    this.enter(unit.root);
    if (unit.value !== undefined) this.valueUnit(unit.value);
    else this.statements(unit.statements);
    for (const [cls, local] of this.pending) this.out.release(wasmType(cls), local);
    this.pending = [];
  }

  private valueUnit(cell: Cell): void {
    if (cell.kind === 'externalCall') {
      this.externalCall(cell);
      return;
    }
    this.compute(cell, this.crossing.has(cell), false);
  }

  /** Computes the cells that a region needs more than once. */
  enter(region: Region): void {
    for (const cell of region.cells) this.compute(cell, false, true);
  }

  private compute(cell: Cell, inMemory: boolean, temporary: boolean): void {
    const cls = classOf(cell.node.type);
    if (cls === WIDE) {
      emitInMemory(this, cell, this.newSlot(cell));
      return;
    }
    if (inMemory) {
      const slot = this.newSlot(cell);
      this.out.i32(0);
      this.inline(cell);
      this.out.store(slot);
      return;
    }
    this.inline(cell);
    const local = this.out.allocate(wasmType(cls));
    this.out.set(local);
    this.locals.set(cell, local);
    if (temporary) this.pending.push([cls, local]);
  }

  private newSlot(cell: Cell): Slot {
    const slot = makeSlot(cell.node.type);
    this.slots.set(cell, slot);
    return slot;
  }

  /** The memory of a stored or computed cell, if it is in memory. */
  slotOf(cell: Cell): Slot | undefined {
    if (cell.kind === 'const') return undefined;
    return isStored(cell) ? this.storage.slotOf(cell) : this.slots.get(cell);
  }

  /** Brings a value of at most 64 bits on the stack, in the class of its type. */
  push(cell: Cell): void {
    if (cell.node.kind === 'const') {
      this.out.constant(classOf(cell.node.type), cell.node.value);
      return;
    }
    const local = this.locals.get(cell);
    if (local !== undefined) {
      this.out.get(local);
      return;
    }
    const slot = this.slotOf(cell);
    if (slot === undefined) {
      this.inline(cell);
      return;
    }
    this.out.i32(0);
    this.out.load(slot);
  }

  /** Brings the low bits of any value on the stack as i32 (NARROW) or i64. */
  pushAs(cell: Cell, cls: ValueClass): void {
    const { type } = cell.node;
    const own = classOf(type);
    if (cell.node.kind === 'const') {
      this.out.constant(cls, cell.node.value);
      return;
    }
    if (own === WIDE) {
      this.pushLimb(cell, 0);
      if (cls === NARROW) this.out.op(Op.i32WrapI64);
      return;
    }
    this.push(cell);
    convert(this.out, own, type.signed, cls);
  }

  /** Brings bits 64k..64k+63 of the value, extended without end by its sign, on the stack. */
  pushLimb(cell: Cell, k: number): void {
    const { node } = cell;
    if (node.kind === 'const') {
      this.out.i64(BigInt.asIntN(64, node.value >> BigInt(64 * k)));
      return;
    }
    const limbs = limbsOf(node.type);
    if (k < 0 || (k >= limbs && !node.type.signed)) {
      this.out.i64(0n);
      return;
    }
    if (classOf(node.type) !== WIDE) this.pushAs(cell, LONG);
    else {
      const slot = this.slotOf(cell);
      if (slot === undefined)
        throw new RangeError(`a wide value is not in memory (cell ${cell.index}, ${cell.kind})`);
      this.out.i32(0);
      this.out.loadLimb(slot.block, slot.delta + 8 * Math.min(k, limbs - 1));
    }
    if (k >= limbs) this.out.op(Op.i64Const, 63, Op.i64ShrS);
  }

  /** Brings the 64 bits from bit `position` on the stack; bits below 0 are 0. */
  pushBits(cell: Cell, position: number): void {
    const { type } = cell.node;
    const limb = Math.floor(position / 64);
    const shift = position - 64 * limb;
    if (shift === 0 || limb < -1) {
      this.pushLimb(cell, limb);
      return;
    }
    const last = limb + 1 >= limbsOf(type);
    if (limb >= 0) {
      this.pushLimb(cell, limb);
      this.out.i64(BigInt(shift));
      this.out.op(last && type.signed ? Op.i64ShrS : Op.i64ShrU);
      if (last) return;
    }
    this.pushLimb(cell, limb + 1);
    this.out.i64(BigInt(64 - shift));
    this.out.op(Op.i64Shl);
    if (limb >= 0) this.out.op(Op.i64Or);
  }

  private inline(cell: Cell): void {
    if (cell.kind === 'readAsync') {
      const { layout, field } = this.readField(cell);
      const { delta, bytes, type } = field;
      this.pushWordOffset(layout, cell.args[0]);
      this.out.load({ block: layout.block, delta, bytes, type });
    } else if (usesWideShift(cell)) emitWideShift(this, cell);
    else emitOperation(this, cell);
  }

  readField(cell: Cell): { layout: MemoryLayout; field: MemoryLayout['fields'][number] } {
    const layout = this.storage.memoryOf(cell);
    const field = cell.node.kind === 'memoryRead' ? layout.fields[cell.node.field] : undefined;
    if (field === undefined) throw new RangeError(`cell ${cell.index} reads no field of its memory`);
    return { layout, field };
  }

  /** Offset of the addressed word in its memory; an address out of range selects the zero word at the end. */
  pushWordOffset(layout: MemoryLayout, address: Cell | undefined): void {
    if (address === undefined) {
      this.out.i32(0);
      return;
    }
    const { depth } = layout.memory.memory;
    if (address.node.hi < BigInt(depth) && address.node.lo >= 0n && classOf(address.node.type) === NARROW) {
      this.push(address);
    } else {
      this.pushAs(address, NARROW);
      this.out.i32(depth);
      this.pushInRange(address, depth);
      this.out.op(Op.select);
    }
    if (layout.stride === 1) return;
    this.out.i32(layout.stride);
    this.out.op(Op.i32Mul);
  }

  pushInRange(address: Cell, depth: number): void {
    const cls = classOf(address.node.type);
    if (cls === WIDE) {
      for (let k = 0; k < limbsOf(address.node.type); k++) {
        this.pushLimb(address, k);
        this.out.i64(k === 0 ? BigInt(depth) : 1n);
        this.out.op(Op.i64LtU);
        if (k > 0) this.out.op(Op.i32And);
      }
      return;
    }
    this.push(address);
    this.out.constant(cls, BigInt(depth));
    this.out.op(cls === NARROW ? Op.i32LtU : Op.i64LtU);
  }

  private externalCall(cell: Cell): void {
    const { index, inputs } = this.storage.externalOf(cell);
    cell.args.forEach((arg, i) => {
      const slot = inputs[i];
      if (slot !== undefined) this.storeTo(slot, arg);
    });
    this.out.i32(index);
    this.out.call(EXTERNAL_OUTPUTS);
  }

  /** Stores a value in a slot whose type holds it. */
  storeTo(slot: Slot, value: Cell): void {
    if (classOf(slot.type) === WIDE) {
      for (let k = 0; k < limbsOf(slot.type); k++) {
        this.out.i32(0);
        this.pushLimb(value, k);
        this.out.storeLimb(slot.block, slot.delta + 8 * k);
      }
      return;
    }
    this.out.i32(0);
    this.pushAs(value, classOf(slot.type));
    this.out.store(slot);
  }

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'if': {
        this.branch(statement);
        return;
      }
      case 'set': {
        this.storeTo(this.storage.slotOf(statement.reg.cell), statement.value);
        return;
      }
      case 'store': {
        this.storeTo(statement.slot, statement.value);
        return;
      }
      case 'fail': {
        this.fail(statement.index);
        return;
      }
      case 'place': {
        this.out.i32(0);
        this.pushAs(statement.value, classOf(statement.slot.type));
        this.out.place(statement.slot);
        return;
      }
      case 'lanes': {
        emitLoop(this, statement.loop);
        return;
      }
      case 'read': {
        readWord(this, statement);
        return;
      }
      case 'write': {
        writeWord(this, statement);
        return;
      }
    }
  }

  private branch({ condition, then, otherwise }: Statement & { kind: 'if' }): void {
    if (then.statements.length + otherwise.statements.length === 0) return;
    this.push(condition);
    if (then.statements.length === 0) this.out.op(Op.i32Eqz);
    this.out.op(Op.if, VOID);
    // Writes in one arm do not precede reads in the other.
    const written = this.beginArms();
    const arms = then.statements.length === 0 ? [otherwise] : [then, otherwise];
    arms.forEach((arm, i) => {
      if (arm.statements.length === 0) return;
      if (i > 0) this.out.op(Op.else);
      this.enter(arm.region);
      this.statements(arm.statements);
      this.endArm(written);
    });
    this.out.op(Op.end);
    this.endArms(written);
  }

  /** Blocks written so far on the current path, in order. */
  private readonly log: Block[] = [];

  noteWrite(block: Block): void {
    if (!block.isState || block.written) return;
    block.written = true;
    this.log.push(block);
  }

  private beginArms(): { written: Block[]; mark: number } {
    return { written: [], mark: this.log.length };
  }

  private endArm(arms: { readonly written: Block[]; readonly mark: number }): void {
    for (const block of this.log.splice(arms.mark)) {
      block.written = false;
      arms.written.push(block);
    }
  }

  private endArms({ written }: { readonly written: readonly Block[] }): void {
    for (const block of written) this.noteWrite(block);
  }

  private fail(index: number): void {
    const flag = { block: this.failure, delta: 0, bytes: 4, type: FLAG };
    const reset = { block: this.reset, delta: 0, bytes: 4, type: FLAG };
    this.out.i32(0);
    this.out.i32(index + 1);
    this.out.i32(0);
    this.out.load(flag);
    this.out.i32(0);
    this.out.load(flag);
    this.out.op(Op.i32Eqz);
    this.out.i32(0);
    this.out.load(reset);
    this.out.op(Op.i32Eqz, Op.i32And, Op.select);
    this.out.store(flag);
  }
}

const FLAG: ScalarType = { signed: false, width: 32 };
