import { rangeOf, type LinearMemory } from './access.js';
import { SimError } from './errors.js';
import type { MemoryLayout } from './layout.js';

/** Contents of one memory of a running simulation: for preloading and for inspection. */
export class MemoryHandle {
  constructor(
    private readonly layout: MemoryLayout,
    private readonly memory: LinearMemory,
    private readonly changed: () => void,
  ) {}

  get depth(): number {
    return this.layout.memory.memory.depth;
  }

  /** Field names, lowest bits first. */
  get fields(): readonly string[] {
    return this.layout.memory.memory.fields.map(({ name }) => name);
  }

  /** One field of one word; the field by name or position. @throws SimError out-of-range, unknown-name */
  read(address: number, field: string | number = 0): bigint {
    const { delta, type, bytes } = this.field(field);
    return this.memory.readAt(this.offset(address) + delta, type, bytes);
  }

  /** @throws SimError out-of-range, unknown-name */
  write(address: number, value: number | bigint, field: string | number = 0): void {
    const { delta, type, bytes } = this.field(field);
    const { lo, hi } = rangeOf(type);
    const exact = BigInt(value);
    if (exact < lo || exact > hi) {
      throw new SimError(
        'out-of-range',
        `${exact} does not fit field ${field} of ${this.path}, whose range is ${lo}..${hi}`,
      );
    }
    this.memory.writeAt(this.offset(address) + delta, type, bytes, exact);
    this.changed();
  }

  /** The pattern of a whole word: fields concatenated, field 0 lowest. */
  readWord(address: number): bigint {
    let word = 0n;
    let low = 0n;
    this.layout.fields.forEach(({ type }, field) => {
      word |= BigInt.asUintN(type.width, this.read(address, field)) << low;
      low += BigInt(type.width);
    });
    return word;
  }

  /** Splits a pattern into the word's fields; higher bits are refused. */
  writeWord(address: number, word: bigint): void {
    let rest = word;
    this.layout.fields.forEach(({ type }, field) => {
      const pattern = BigInt.asUintN(type.width, rest);
      this.write(address, type.signed ? BigInt.asIntN(type.width, pattern) : pattern, field);
      rest >>= BigInt(type.width);
    });
    if (rest !== 0n) throw new SimError('out-of-range', `${word} has more bits than a word of ${this.path}`);
  }

  private get path(): string {
    return this.layout.memory.path;
  }

  private field(field: string | number): MemoryLayout['fields'][number] {
    const index = typeof field === 'number' ? field : this.fields.indexOf(field);
    const found = this.layout.fields[index];
    if (found === undefined) {
      throw new SimError(
        'unknown-name',
        `memory ${this.path} has no field ${field}; it has ${this.fields.join(', ')}`,
      );
    }
    return found;
  }

  private offset(address: number): number {
    if (!Number.isInteger(address) || address < 0 || address >= this.depth) {
      throw new SimError(
        'out-of-range',
        `address ${address} of ${this.path} is outside 0..${this.depth - 1}`,
      );
    }
    return this.layout.block.offset + address * this.layout.stride;
  }
}
