/** Memories and ROMs. A word has the fields of a shape; reads with a register become block RAM. */

import { typeRange, unsignedWidth } from '../num/index.js';
import { describe, fail } from './diagnostics.js';
import { describeDomain } from './domains.js';
import type { Memory, MemoryReadNode, Node } from './ir.js';
import type { ModuleBuilder } from './module.js';
import { driverNode } from './driven.js';
import { SInt, UInt } from './signal.js';
import { mapShape, zipLeaves, type DriverOf, type Shape, type SignalOf } from './types.js';

type Values = readonly (number | bigint)[] | Int8Array | Uint8Array | Int16Array | Int32Array;

export interface MemoryOptions<S extends Shape> {
  /** Shape of one word. */
  readonly word: S;
  readonly depth: number;
  /** Initial values per field in flattened order, `init[field][address]`; short arrays continue with zeros. */
  readonly init?: readonly Values[];
  /** Where the initial contents go: `file` (`$readmemh`, default) or `inline`. */
  readonly initStyle?: 'file' | 'inline';
  /**
   * A read of the word written in the same cycle gives `old` data (default; costs logic beside block RAM), happens `never`
   * (simulations check it), or gives `any` value, which the author does not use.
   */
  readonly readDuringWrite?: 'old' | 'never' | 'any';
}

export class MemoryBuilder<S extends Shape = Shape> {
  private readonly fields: Memory['fields'];
  private readonly readPorts: Memory['readPorts'][number][] = [];
  private readonly writePorts: Memory['writePorts'][number][] = [];
  private readonly word: S;
  private readonly depth: number;
  private readonly location: Pick<Memory, 'location'>;

  constructor(
    private readonly module: ModuleBuilder,
    readonly name: string,
    private readonly options: MemoryOptions<S>,
  ) {
    this.word = options.word;
    this.location = module.locationField();
    this.depth = options.depth;
    if (!Number.isInteger(options.depth) || options.depth < 1) {
      fail('HDL019', `memory ${name} has depth ${options.depth}`, 'give it at least one word');
    }
    this.fields = zipLeaves(options.word, undefined, '').map(({ name: field, type }) => ({
      name: field,
      type,
    }));
    this.checkInit();
  }

  /** Bits of an address. */
  get addressWidth(): number {
    return addressWidth(this.depth);
  }

  /** The word one cycle after `address`; holds while `enable` is 0. Old data when the word is written in the same cycle. */
  read(address: UInt, enable?: UInt): SignalOf<S> {
    return this.addRead(address, true, enable);
  }

  /** The word in the same cycle: LUT RAM or logic, not block RAM. */
  readNow(address: UInt): SignalOf<S> {
    return this.addRead(address, false, undefined);
  }

  /** Writes in the present clock domain, where control reaches this statement (and `enable` is 1); `mask` holds one enable per field. */
  write(address: UInt, data: DriverOf<S>, enable?: UInt, mask?: readonly UInt[]): void {
    const reached = this.module.reached();
    const own = enable?.condition();
    const one = this.module.graph.constant(1n);
    const condition =
      reached === undefined
        ? (own ?? one)
        : own === undefined
          ? reached
          : this.module.graph.bitwise('and', reached, own);
    if (mask !== undefined && mask.length !== this.fields.length) {
      fail(
        'HDL019',
        `memory ${this.name} has ${this.fields.length} fields and got ${mask.length} write enables`,
        'give one per field',
      );
    }
    const values = zipLeaves(this.word, data, this.name).map(({ name, type, driver }) =>
      driverNode(this.module, driver, type, `data of ${name}`),
    );
    this.checkWriteDomain();
    this.writePorts.push({
      address: this.checkedAddress(address),
      enable: condition,
      data: values,
      ...this.module.domains.field(),
      ...(mask === undefined ? {} : { mask: mask.map((signal) => signal.condition()) }),
    });
  }

  build(): Memory {
    const { init, initStyle = 'file', readDuringWrite = 'old' } = this.options;
    return {
      name: this.name,
      depth: this.depth,
      fields: this.fields,
      initStyle,
      readDuringWrite,
      readPorts: this.readPorts,
      writePorts: this.writePorts,
      ...(init === undefined ? {} : { init: init.map((values) => Array.from(values)) }),
      ...this.location,
    };
  }

  private addRead(address: UInt, sync: boolean, enable: UInt | undefined): SignalOf<S> {
    const port = this.readPorts.length;
    const data: MemoryReadNode[] = [];
    const signals = mapShape(this.word, '', (_, type) => {
      const node: MemoryReadNode = {
        kind: 'memoryRead',
        id: this.module.graph.nextId(),
        type,
        ...typeRange(type.signed, type.width),
        memory: this.name,
        port,
        field: data.length,
      };
      data.push(node);
      return type.signed ? new SInt(node, this.module) : new UInt(node, this.module);
    });
    this.readPorts.push({
      address: this.checkedAddress(address),
      sync,
      data,
      ...this.module.domains.field(),
      ...(enable === undefined ? {} : { enable: enable.condition() }),
    });
    return signals as SignalOf<S>;
  }

  private checkWriteDomain(): void {
    const [first] = this.writePorts;
    const { name } = this.module.domains;
    if (first === undefined || first.domain === name) return;
    fail(
      'HDL024',
      `memory ${this.name} is written in ${describeDomain(first.domain)} and in ${describeDomain(name)}`,
      'write it in one domain; reads may be in another',
    );
  }

  private checkedAddress(address: UInt): Node {
    if (address.node.lo >= BigInt(this.depth)) {
      fail(
        'HDL018',
        `${describe(address.node)} is always past the ${this.depth} words of ${this.name}`,
        `use addresses 0..${this.depth - 1}`,
      );
    }
    return driverNode(this.module, address, address.node.type, `address of ${this.name}`);
  }

  private checkInit(): void {
    const { init } = this.options;
    if (init === undefined) return;
    if (init.length !== this.fields.length) {
      fail(
        'HDL019',
        `memory ${this.name} has ${this.fields.length} fields and initial values for ${init.length}`,
        'give one array per field',
      );
    }
    this.fields.forEach(({ name, type }, index) => {
      const { lo, hi } = typeRange(type.signed, type.width);
      const values = init[index] ?? [];
      if (values.length > this.depth)
        fail(
          'HDL019',
          `memory ${this.name} has ${this.depth} words and ${values.length} initial values`,
          'make it deeper',
        );
      const low = Number(lo);
      const high = Number(hi);
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? 0;
        if (value < low || value > high || (typeof value === 'bigint' && (value < lo || value > hi))) {
          fail(
            'HDL019',
            `word ${i} of ${this.name}${name === '' ? '' : `.${name}`} starts as ${value}, outside ${lo}..${hi}`,
            'widen the field or fix the value',
          );
        }
      }
    });
  }
}

/** Address width of a memory of `depth` words. */
export const addressWidth = (depth: number): number => unsignedWidth(BigInt(Math.max(1, depth - 1)));
