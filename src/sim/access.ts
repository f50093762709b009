/** Reading and writing slots of linear memory from JavaScript. */

import { typeRange, type Range } from '../num/index.js';
import type { ScalarType } from '../hdl/index.js';
import { classOf, limbsOf, NARROW, roundUp, WIDE, type Slot } from './layout.js';

const PAGE = 65536;
const MAX_BYTES = 2 ** 32 - PAGE;

/** Linear memory and views on it that survive growth. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  view: DataView;
  i32: Int32Array;
  u32: Uint32Array;
  i64: BigInt64Array;

  constructor(bytes: number) {
    this.memory = new WebAssembly.Memory({ initial: roundUp(bytes, PAGE) / PAGE });
    const { buffer } = this.memory;
    this.view = new DataView(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }

  /** Whether `bytes` can be addressed at all. */
  static holds(bytes: number): boolean {
    return bytes <= MAX_BYTES;
  }

  ensure(bytes: number): void {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = this.memory;
    this.view = new DataView(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }

  read(slot: Slot): bigint {
    return this.readAt(slot.block.offset + slot.delta, slot.type, slot.bytes);
  }

  /** Writes the value now and, for buffered state, what the next commit copies. */
  write(slot: Slot, value: bigint): void {
    this.writeAt(slot.block.offset + slot.delta, slot.type, slot.bytes, value);
    if (slot.block.buffered) this.writeAt(slot.block.shadowOffset + slot.delta, slot.type, slot.bytes, value);
  }

  readAt(offset: number, type: ScalarType, bytes: number): bigint {
    const { view } = this;
    if (bytes === 1) return BigInt(type.signed ? view.getInt8(offset) : view.getUint8(offset));
    if (bytes === 2) return BigInt(type.signed ? view.getInt16(offset, true) : view.getUint16(offset, true));
    if (classOf(type) === NARROW) {
      return BigInt(type.signed ? view.getInt32(offset, true) : view.getUint32(offset, true));
    }
    if (classOf(type) !== WIDE)
      return type.signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true);
    let value = 0n;
    for (let k = limbsOf(type) - 1; k >= 0; k--) {
      value = (value << 64n) | view.getBigUint64(offset + 8 * k, true);
    }
    return type.signed ? BigInt.asIntN(type.width, value) : value;
  }

  writeAt(offset: number, type: ScalarType, bytes: number, value: bigint): void {
    const { view } = this;
    if (bytes === 1) view.setInt8(offset, Number(BigInt.asIntN(8, value)));
    else if (bytes === 2) view.setInt16(offset, Number(BigInt.asIntN(16, value)), true);
    else if (bytes === 4) view.setInt32(offset, Number(BigInt.asIntN(32, value)), true);
    else {
      for (let k = 0; k < limbsOf(type); k++) {
        view.setBigInt64(offset + 8 * k, BigInt.asIntN(64, value >> BigInt(64 * k)), true);
      }
    }
  }
}

export const rangeOf = ({ signed, width }: ScalarType): Range => typeRange(signed, width);
