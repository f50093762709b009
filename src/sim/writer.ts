/** Instructions of one function under construction, with loads and stores whose addresses are filled in later. */

import type { ScalarType } from '../hdl/index.js';
import { classOf, LONG, NARROW, type Allocator, type Block, type Slot, type ValueClass } from './layout.js';
import { SIMD_PREFIX } from './simd.js';
import { Bytes, I32, I64, Op, type FunctionCode, type WasmType } from './wasm.js';

interface Fixup {
  readonly at: number;
  readonly block: Block;
  readonly delta: number;
  readonly isStore: boolean;
}

export class CodeWriter {
  readonly body = new Bytes();
  readonly locals: WasmType[] = [];
  private readonly free = new Map<WasmType, number[]>();
  private readonly fixups: Fixup[] = [];

  constructor(
    readonly params: readonly WasmType[] = [],
    /** Called at the first write to a block. */
    private readonly onWrite: (block: Block) => void = () => undefined,
  ) {}

  op(...bytes: number[]): void {
    for (const byte of bytes) this.body.byte(byte);
  }

  i32(value: number): void {
    this.body.byte(Op.i32Const);
    this.body.s32(value);
  }

  i64(value: bigint): void {
    this.body.byte(Op.i64Const);
    this.body.s64(value);
  }

  constant(cls: ValueClass, value: bigint): void {
    if (cls === NARROW) this.i32(Number(BigInt.asIntN(32, value)));
    else this.i64(value);
  }

  get(local: number): void {
    this.body.byte(Op.localGet);
    this.body.u32(local);
  }

  set(local: number): void {
    this.body.byte(Op.localSet);
    this.body.u32(local);
  }

  tee(local: number): void {
    this.body.byte(Op.localTee);
    this.body.u32(local);
  }

  call(index: number): void {
    this.body.byte(Op.call);
    this.body.u32(index);
  }

  allocate(type: WasmType): number {
    const reused = this.free.get(type)?.pop();
    if (reused !== undefined) return reused;
    this.locals.push(type);
    return this.params.length + this.locals.length - 1;
  }

  release(type: WasmType, local: number): void {
    const locals = this.free.get(type);
    if (locals === undefined) this.free.set(type, [local]);
    else locals.push(local);
  }

  /** Reads a value of at most 64 bits; the address must be on the stack. */
  load(slot: Slot): void {
    const { signed } = slot.type;
    const [opcode, align] =
      slot.bytes === 1
        ? [signed ? Op.i32Load8s : Op.i32Load8u, 0]
        : slot.bytes === 2
          ? [signed ? Op.i32Load16s : Op.i32Load16u, 1]
          : slot.bytes === 4
            ? [Op.i32Load, 2]
            : [Op.i64Load, 3];
    this.access(opcode, align, slot.block, slot.delta, false);
  }

  /** Writes a value of at most 64 bits; address and value must be on the stack. */
  store(slot: Slot): void {
    const [opcode, align] = storeInstruction(slot.bytes);
    this.access(opcode, align, slot.block, slot.delta, true);
  }

  /** Like `store`, but at once even in state that is buffered: for memory that only the next loop reads. */
  place(slot: Slot): void {
    const [opcode, align] = storeInstruction(slot.bytes);
    this.body.byte(opcode);
    this.address(align, slot.block, slot.delta, false);
  }

  /** A vector instruction without operands in the code. */
  simd(opcode: number): void {
    this.body.byte(SIMD_PREFIX);
    this.body.u32(opcode);
  }

  /** A vector load or store. */
  simdAccess(opcode: number, block: Block, delta: number, isStore: boolean): void {
    this.simd(opcode);
    this.address(0, block, delta, isStore);
    this.note(block, isStore);
  }

  loadLimb(block: Block, delta: number): void {
    this.access(Op.i64Load, 3, block, delta, false);
  }

  storeLimb(block: Block, delta: number): void {
    this.access(Op.i64Store, 3, block, delta, true);
  }

  /** Any memory instruction. A read after a write of the same state means that the write must wait in a shadow. */
  access(opcode: number, align: number, block: Block, delta: number, isStore: boolean): void {
    this.body.byte(opcode);
    this.address(align, block, delta, isStore);
    this.note(block, isStore);
  }

  private address(align: number, block: Block, delta: number, isStore: boolean): void {
    this.body.u32(align);
    this.fixups.push({ at: this.body.length, block, delta, isStore });
    this.body.padded(0);
  }

  private note(block: Block, isStore: boolean): void {
    if (isStore) this.onWrite(block);
    else if (block.isState && block.written) block.buffered = true;
  }

  /** Fills in all addresses, after placing what has no place yet. */
  link(allocator: Allocator): void {
    for (const { block } of this.fixups) allocator.place(block);
    for (const { at, block, delta, isStore } of this.fixups) {
      const base = isStore && block.buffered ? block.shadowOffset : block.offset;
      this.body.patch(at, base + delta);
    }
  }
}

const storeInstruction = (bytes: number): readonly [opcode: number, align: number] =>
  bytes === 1
    ? [Op.i32Store8, 0]
    : bytes === 2
      ? [Op.i32Store16, 1]
      : bytes === 4
        ? [Op.i32Store, 2]
        : [Op.i64Store, 3];

export const asCode = (writer: CodeWriter): FunctionCode => ({
  params: writer.params,
  results: [],
  locals: writer.locals,
  body: writer.body,
});

export const wasmType = (cls: ValueClass): WasmType => (cls === NARROW ? I32 : I64);

/** Brings the low bits on the stack into the canonical form of `type`: sign- or zero-extended. */
export function canonicalize(out: CodeWriter, type: ScalarType): void {
  const cls = classOf(type);
  const bits = cls === NARROW ? 32 : 64;
  if (type.width === bits) return;
  if (!type.signed) {
    out.constant(cls, (1n << BigInt(type.width)) - 1n);
    out.op(cls === NARROW ? Op.i32And : Op.i64And);
    return;
  }
  if (type.width === 8) {
    out.op(Op.i32Extend8S);
    return;
  }
  if (type.width === 16) {
    out.op(Op.i32Extend16S);
    return;
  }
  const distance = BigInt(bits - type.width);
  out.constant(cls, distance);
  out.op(cls === NARROW ? Op.i32Shl : Op.i64Shl);
  out.constant(cls, distance);
  out.op(cls === NARROW ? Op.i32ShrS : Op.i64ShrS);
}

/** Converts a canonical value on the stack between representations. */
export function convert(out: CodeWriter, from: ValueClass, signed: boolean, to: ValueClass): void {
  if (from === NARROW && to !== NARROW) out.op(signed ? Op.i64ExtendI32S : Op.i64ExtendI32U);
  else if (from === LONG && to === NARROW) out.op(Op.i32WrapI64);
}
