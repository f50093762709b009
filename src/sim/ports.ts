/** Ports as handles: values between JavaScript numbers and their words in linear memory. */

import type { ScalarType } from '../hdl/index.js';
import { rangeOf, type LinearMemory } from './access.js';
import type { PortSlot } from './compile.js';
import { SimError } from './errors.js';

const WORD = 2 ** 32;

/** Fast access to one input port. */
export interface InputHandle {
  readonly name: string;
  readonly type: ScalarType;
  /** Sets an integer in the port's range, at most 53 bits. @throws SimError out-of-range */
  set(value: number): void;
}

/** Fast access to one output port. */
export interface OutputHandle {
  readonly name: string;
  readonly type: ScalarType;
  /** The settled value; above 53 bits the nearest double, so use `peek` there. */
  get(): number;
}

/** Whether the outputs stand for the present inputs and state. */
export class Settling {
  private done = false;

  constructor(private readonly settle: () => void) {}

  /** An input or the state changed. */
  changed(): void {
    this.done = false;
  }

  now(): void {
    if (this.done) return;
    this.settle();
    this.done = true;
  }
}

/** A port of the running simulation. Numbers of up to 32 bits take the shortest way: that is what loops over ports use. */
export class Port implements InputHandle, OutputHandle {
  readonly name: string;
  readonly type: ScalarType;
  /** Range of the values that are stored as they are, in one word; empty for wider ports. */
  private readonly lo: number;
  private readonly hi: number;
  private readonly index: number;
  /** 4-byte words that hold the value; 0: read byte by byte. */
  private readonly words: number;
  private readonly signed: boolean;
  private readonly direct: boolean;

  constructor(
    private readonly port: PortSlot,
    private readonly memory: LinearMemory,
    private readonly settling: Settling,
  ) {
    const { name, type, slot, direct } = port;
    this.name = name;
    this.type = type;
    this.index = (slot.block.offset + slot.delta) >> 2;
    this.words = slot.bytes < 4 ? 0 : slot.bytes >> 2;
    this.signed = slot.type.signed;
    this.direct = direct;
    const { lo, hi } = rangeOf(type);
    const isShort = this.words === 1 && hi < 2n ** 31n;
    this.lo = isShort ? Number(lo) : 0;
    this.hi = isShort ? Number(hi) : -1;
  }

  set(value: number): void {
    if (value >= this.lo && value <= this.hi && (value | 0) === value) {
      this.memory.i32[this.index] = value;
    } else this.setSlowly(value);
    this.settling.changed();
  }

  setExact(value: bigint): void {
    const { lo, hi } = rangeOf(this.type);
    if (value < lo || value > hi) this.refuse(value);
    this.memory.write(this.port.slot, value);
    this.settling.changed();
  }

  get(): number {
    if (!this.direct) this.settling.now();
    if (this.words === 1) {
      const word = this.memory.i32[this.index] ?? 0;
      return this.signed ? word : word >>> 0;
    }
    return this.words === 2 ? this.getLong() : Number(this.memory.read(this.port.slot));
  }

  getExact(): bigint {
    if (!this.direct) this.settling.now();
    return this.memory.read(this.port.slot);
  }

  private setSlowly(value: number): void {
    const { lo, hi } = rangeOf(this.type);
    if (!Number.isSafeInteger(value) || value < lo || value > hi) this.refuse(value);
    if (this.words === 1) this.memory.i32[this.index] = value;
    else if (this.words === 2) {
      this.memory.i32[this.index] = value;
      this.memory.i32[this.index + 1] = Math.floor(value / WORD);
    } else this.memory.write(this.port.slot, BigInt(value));
  }

  private getLong(): number {
    const { i32, u32 } = this.memory;
    const high = (this.signed ? i32[this.index + 1] : u32[this.index + 1]) ?? 0;
    return high * WORD + (u32[this.index] ?? 0);
  }

  private refuse(value: number | bigint): never {
    const { signed, width } = this.type;
    const { lo, hi } = rangeOf(this.type);
    const isInside = value >= lo && value <= hi;
    const reason =
      isInside && Math.trunc(Number(value)) === value
        ? 'is more than the 53 bits that a number can hold: pass a bigint'
        : `does not fit input ${this.name} : ${signed ? 'sint' : 'uint'}(${width}), whose range is ${lo}..${hi}`;
    throw new SimError('out-of-range', `${value} ${reason}`);
  }
}
