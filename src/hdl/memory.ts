/** Memories and ROMs. A word has the fields of a shape; reads with a register become block RAM. */

import { typeRange, unsignedWidth } from '../num/index.js';
import { describe, fail } from './diagnostics.js';
import { defaultDomain, describeDomain, type ClockDomain } from './domains.js';
import type { Memory, MemoryReadNode, Node, WireNode } from './ir.js';
import { bypass } from './memory-bypass.js';
import { initialContents, inLanes, type InitialContents, type Values } from './memory-init.js';
import type { ModuleBuilder } from './module.js';
import { driverNode } from './driven.js';
import { SInt, UInt } from './signal.js';
import {
  bit,
  isScalar,
  mapShape,
  sint,
  uint,
  zipLeaves,
  type DriverOf,
  type Shape,
  type SignalOf,
} from './types.js';

export interface MemoryOptions<S extends Shape> {
  /** Shape of one word. */
  readonly word: S;
  readonly depth: number;
  /** A scalar word in so many equal parts, each with a write enable (`mask`): byte enables of block RAM. Each part is a field. */
  readonly lanes?: number;
  /** Initial values, `init[field][address]` (short arrays continue with zeros) or a function of the address. */
  readonly init?: InitialContents<S>;
  /** Where the initial contents go: `file` (`$readmemh`, default) or `inline`. */
  readonly initStyle?: 'file' | 'inline';
  /**
   * A registered read of the word written in the same cycle gives `old` data (default) or `new` data (both cost logic beside
   * block RAM), happens `never` (simulations check it), or gives `any` value, which the author does not use.
   */
  readonly readDuringWrite?: 'old' | 'new' | 'never' | 'any';
  /** Two ports write one word in one cycle: the `later` port's data stay (default, costs logic), or it happens `never` (checked). */
  readonly writeCollision?: 'later' | 'never';
  /**
   * An address past the last word happens `never` (default; simulations check it), reads `zero` and writes nothing (costs a
   * comparison), or touches `any` word or none: only the bits that the depth needs count, and what is read is not used.
   */
  readonly outOfRange?: 'never' | 'zero' | 'any';
}

export interface WriteOptions {
  readonly enable?: UInt;
  /** One write enable per field; of a memory with lanes, one bit per lane, the lowest lane first. */
  readonly mask?: readonly UInt[] | UInt;
}

/** A memory that is only read. */
export type Rom<S extends Shape> = Pick<MemoryBuilder<S>, 'name' | 'addressWidth' | 'read' | 'readNow'>;

/** A registered read of a memory with `readDuringWrite: 'new'`. */
interface BypassedRead {
  readonly port: number;
  readonly wires: readonly WireNode[];
  readonly domain: ClockDomain;
}

export class MemoryBuilder<S extends Shape = Shape> {
  private readonly fields: Memory['fields'];
  private readonly init: readonly Values[] | undefined;
  private readonly readPorts: Memory['readPorts'][number][] = [];
  private readonly writePorts: Memory['writePorts'][number][] = [];
  private readonly bypassed: BypassedRead[] = [];
  private writeDomain = defaultDomain;
  private readonly depth: number;
  private readonly location: Pick<Memory, 'location'>;

  constructor(
    private readonly module: ModuleBuilder,
    readonly name: string,
    private readonly options: MemoryOptions<S>,
  ) {
    this.location = module.locationField();
    this.depth = options.depth;
    if (!Number.isInteger(options.depth) || options.depth < 1) {
      fail('HDL019', `memory ${name} has depth ${options.depth}`, 'give it at least one word');
    }
    const { word, lanes, init } = options;
    const whole = zipLeaves(word, undefined, '').map(({ name: field, type }) => ({ name: field, type }));
    const values =
      init === undefined
        ? undefined
        : initialContents({ name, depth: this.depth, word, fields: whole }, init);
    const width = lanes === undefined ? undefined : laneWidth(name, word, lanes);
    const parts = Array.from({ length: lanes ?? 0 }, (_, i) => ({
      name: `lane_${i}`,
      type: uint(width ?? 1),
    }));
    this.fields = lanes === undefined ? whole : parts;
    this.init = lanes === undefined ? values : values?.flatMap((all) => inLanes(all, lanes, width ?? 1));
  }

  /** Bits of an address. */
  get addressWidth(): number {
    return addressWidth(this.depth);
  }

  /** The word one cycle after `address`; holds while `enable` is 0. See `readDuringWrite`, `outOfRange`. */
  read(address: UInt, enable?: UInt): SignalOf<S> {
    return this.addRead(address, true, enable);
  }

  /** The word in the same cycle: LUT RAM or logic, not block RAM. */
  readNow(address: UInt): SignalOf<S> {
    return this.addRead(address, false, undefined);
  }

  /** Writes in the present clock domain, where control reaches this statement (and `enable` is 1). */
  write(address: UInt, data: DriverOf<S>, options: WriteOptions = {}): void {
    const { graph } = this.module;
    this.module.checkOpen(`a write of ${this.name}`);
    const own = options.enable?.condition(this.module) ?? graph.constant(1n);
    const inRange = this.checkRange(address, options.enable);
    const enable = [this.module.reached(), inRange?.node].reduce<Node>(
      (all, condition) =>
        condition === undefined
          ? all
          : all === graph.constant(1n)
            ? condition
            : graph.bitwise('and', condition, all),
      own,
    );
    const values = zipLeaves(this.options.word, data, this.name).map(({ name, type, driver }) =>
      driverNode(this.module, driver, type, `data of ${name}`),
    );
    this.checkWriteDomain();
    this.writePorts.push({
      address: this.checkedAddress(address),
      enable,
      data: this.options.lanes === undefined ? values : values.flatMap((value) => this.cut(value)),
      ...this.module.domains.field(),
      ...this.maskField(options.mask),
    });
  }

  /** What the latency of a read belongs to. */
  addressOf(readPort: number): readonly Node[] {
    const address = this.readPorts[readPort]?.address;
    return address === undefined ? [] : [address];
  }
  isRegistered(readPort: number): boolean {
    return this.readPorts[readPort]?.sync === true;
  }
  /** What each write takes in one cycle. */
  get writes(): readonly (readonly Node[])[] {
    return this.writePorts.map(({ address, enable, data, mask = [] }) => [address, enable, ...data, ...mask]);
  }

  /** Connects what depends on all ports, once the body has returned. */
  complete(): void {
    for (const { port, wires, domain } of this.bypassed) {
      const read = this.readPorts[port];
      if (read === undefined) continue;
      if (this.writePorts.some((write) => write.domain !== read.domain))
        fail(
          'HDL024',
          `memory ${this.name} is read and written in two domains, so no read is of new data`,
          "use readDuringWrite: 'any'",
        );
      this.module.inDomain(domain, () => bypass(this.module, read, this.writePorts, wires));
    }
    if (this.options.writeCollision === 'never')
      this.module.inDomain(this.writeDomain, () => this.checkCollisions());
  }

  build(): Memory {
    const { initStyle = 'file', readDuringWrite = 'old', writeCollision = 'later' } = this.options;
    return {
      name: this.name,
      depth: this.depth,
      fields: this.fields,
      initStyle,
      readDuringWrite: readDuringWrite === 'new' ? 'any' : readDuringWrite,
      writeCollision,
      readPorts: this.readPorts,
      writePorts: this.writePorts,
      ...(this.init === undefined ? {} : { init: this.init.map((values) => Array.from(values)) }),
      ...this.location,
    };
  }

  private addRead(address: UInt, sync: boolean, enable: UInt | undefined): SignalOf<S> {
    const { module, options } = this;
    module.checkOpen(`a read of ${this.name}`);
    const port = this.readPorts.length;
    const inRange = this.checkRange(address, enable);
    const data = this.fields.map(({ type }, field): MemoryReadNode => ({
      kind: 'memoryRead',
      id: module.graph.nextId(),
      type,
      ...typeRange(type.signed, type.width),
      memory: this.name,
      port,
      field,
    }));
    this.readPorts.push({
      address: this.checkedAddress(address),
      sync,
      data,
      ...module.domains.field(),
      ...(enable === undefined ? {} : { enable: enable.condition(module) }),
    });
    const fresh = sync && options.readDuringWrite === 'new' ? this.bypassWires(port) : data;
    const known =
      inRange === undefined
        ? undefined
        : sync
          ? this.captured(`${this.name}_in_range_${port}`, inRange, enable)
          : inRange;
    const given = fresh.map((node) => this.zeroUnless(known, node));
    let field = 0;
    return mapShape(options.word, '', (_, type) => {
      const node =
        options.lanes === undefined
          ? given[field++]
          : module.graph.cast(module.graph.cat([...given].reverse()), type);
      if (node === undefined) throw new TypeError('a read has a node per field');
      return type.signed ? new SInt(node, module) : new UInt(node, module);
    }) as SignalOf<S>;
  }

  /** The wires that stand for a read whose data go round the memory. */
  private bypassWires(port: number): readonly WireNode[] {
    const { module } = this;
    const wires = this.fields.map(({ name, type }) => {
      const parts = [this.name, 'read', String(port), name].filter((part) => part !== '');
      return module.flippedWire(parts.join('_'), type.signed ? sint(type.width) : uint(type.width), 'flipped')
        .wire;
    });
    this.bypassed.push({ port, wires, domain: module.domains.current });
    return wires;
  }

  private zeroUnless(known: UInt | undefined, node: Node): Node {
    const { graph } = this.module;
    return known === undefined
      ? node
      : graph.cast(graph.mux(known.node, node, graph.constant(0n, node.type)), node.type);
  }

  /** A bit of the cycle of the address, kept as the read keeps its data: also where no branch leads to the read. */
  private captured(name: string, value: UInt, enable: UInt | undefined): UInt {
    const [reg] = Object.values(this.module.regs({ [name]: bit }, { reset: false }));
    if (reg === undefined) throw new TypeError('a record of one shape has one register');
    // The author did not name it: where no one reads the data, no one needs to know.
    this.module.unused(reg);
    const load = (): void => {
      reg.next = value;
    };
    this.module.always(() => {
      if (enable === undefined) load();
      else this.module.when(enable, load);
    });
    return reg;
  }

  /** Asserts that an access is in range, or gives the bit that says so when the author wants zeros. */
  private checkRange(address: UInt, enable: UInt | undefined): UInt | undefined {
    const { outOfRange = 'never' } = this.options;
    if (address.node.hi < BigInt(this.depth) || outOfRange === 'any') return undefined;
    this.checkedAddress(address);
    const inRange = address.lt(this.depth);
    if (outOfRange === 'zero') return inRange;
    const holds = enable === undefined ? inRange : enable.not().or(inRange);
    this.module.assert(holds, `an address of ${this.name} is past its ${this.depth} words`);
    return undefined;
  }

  private checkCollisions(): void {
    const { graph } = this.module;
    this.writePorts.forEach((a, i) =>
      this.writePorts.slice(i + 1).forEach((b) => {
        const both = graph.bitwise('and', a.enable, b.enable);
        const collides = graph.bitwise('and', both, graph.compare('eq', a.address, b.address));
        this.module.assert(
          new UInt(graph.not(collides), this.module),
          `two ports write one word of ${this.name}`,
        );
      }),
    );
  }

  /** A word in lanes, the lowest first. */
  private cut(word: Node): readonly Node[] {
    const { graph } = this.module;
    const pattern = graph.cast(word, { signed: false, width: word.type.width });
    let low = 0;
    return this.fields.map(({ type }) => {
      const lane = graph.slice(pattern, low + type.width - 1, low);
      low += type.width;
      return lane;
    });
  }

  private maskField(mask: WriteOptions['mask']): { readonly mask?: readonly Node[] } {
    if (mask === undefined) return {};
    const bits = mask instanceof UInt ? Array.from({ length: mask.width }, (_, i) => mask.bit(i)) : mask;
    if (bits.length !== this.fields.length) {
      const what = this.options.lanes === undefined ? 'fields' : 'lanes';
      fail(
        'HDL019',
        `memory ${this.name} has ${this.fields.length} ${what} and got ${bits.length} write enables`,
        'give one each',
      );
    }
    return { mask: bits.map((signal) => signal.condition(this.module)) };
  }

  private checkWriteDomain(): void {
    const [first] = this.writePorts;
    const { name, current } = this.module.domains;
    if (first === undefined) this.writeDomain = current;
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
    const node = driverNode(this.module, address, address.node.type, `address of ${this.name}`);
    return node.hi < BigInt(this.depth) ? node : this.cutAddress(node);
  }

  /** The bits that hardware has for an address: those that the depth needs, none for a single word. */
  private cutAddress(node: Node): Node {
    const { graph } = this.module;
    const width = Math.min(node.type.width, this.addressWidth);
    if (this.depth > 1) return graph.cast(node, { signed: false, width });
    // The author did use it.
    this.module.unusedNodes.push(node);
    return graph.constant(0n);
  }
}

/** @throws HDL019 unless the word is a scalar that has so many equal parts. */
function laneWidth(name: string, word: Shape, lanes: number): number {
  const width = isScalar(word) ? word.width / lanes : 0;
  return Number.isInteger(width) && width >= 1
    ? width
    : fail(
        'HDL019',
        `a word of memory ${name} has no ${lanes} equal lanes`,
        'use a scalar word whose width they divide',
      );
}

/** Address width of a memory of `depth` words. */
export const addressWidth = (depth: number): number => unsignedWidth(BigInt(Math.max(1, depth - 1)));
