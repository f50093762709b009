/** `m` inside a component's body: registers, wires, control, memories, labels, assertions. */

import { typeRange, type Range } from '../num/index.js';
import { checkCount } from './checked-numbers.js';
import { authorLocation, describe, fail } from './diagnostics.js';
import { type ClockDomain, Domains } from './domains.js';
import { openOneHotSwitch, openSwitch, openWhen, type SwitchCase, type WhenChain } from './control.js';
import { checkedLatency, type DelayOptions, Delays } from './delays.js';
import { Graph } from './graph.js';
import type { Assertion, Instance, Node, RegNode, SourceLocation, Statement, WireNode } from './ir.js';
import { Latencies } from './latency.js';
import { MemoryBuilder, type MemoryOptions, type Rom } from './memory.js';
import type { Values } from './memory-init.js';
import { leaves, mapSignals, type Signals } from './bundles.js';
import { driverNode, SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
import {
  type PipeOptions,
  rawOptions,
  type RegOf,
  type RegOptions,
  type WireOf,
  type WireOptions,
} from './driven-types.js';
import type { FixedValue } from './fixed-value.js';
import { formatOf, integerDriver, type SFixed, type UFixed } from './fixed.js';
import { foreign, SInt, UInt, type Owner } from './signal.js';
import { stateCodes, stateReg, type StateReg, type StatesOptions } from './states.js';
import { StatementTree } from './statements.js';
import {
  mapShape,
  zipLeaves,
  type ScalarShape,
  type SFixedType,
  type Shape,
  type ShapeRecord,
  type SignalOf,
  type SIntType,
  type UFixedType,
  type UIntType,
} from './types.js';

type Int = number | bigint;

export class ModuleBuilder implements Owner {
  readonly graph = new Graph(() => this.location());
  private readonly tree = new StatementTree(this.graph);
  private readonly names = new Map<string, SourceLocation | undefined>();
  readonly regNodes: RegNode[] = [];
  readonly wireNodes: WireNode[] = [];
  readonly labelNodes: Node[] = [];
  readonly unusedNodes: Node[] = [];
  readonly memories: MemoryBuilder[] = [];
  readonly instances: Instance[] = [];
  readonly domains = new Domains();
  readonly latencies = new Latencies(this);
  private readonly delays = new Delays(this);
  closed = false;

  constructor(
    readonly name: string,
    private readonly locations: boolean,
  ) {}

  get statements(): readonly Statement[] {
    return this.tree.statements;
  }

  location(): SourceLocation | undefined {
    return this.locations ? authorLocation() : undefined;
  }

  /** Reserves an exact name. @throws HDL003 when it is taken. */
  claimName(name: string): string {
    if (this.closed)
      fail(
        'HDL016',
        `${name} is added to ${this.name} after its body has returned`,
        'create it inside the body',
      );
    if (this.names.has(name)) {
      fail('HDL003', `${this.name} already has something named ${name}`, 'choose another name', [
        this.names.get(name),
        this.location() ?? authorLocation(),
      ]);
    }
    this.names.set(name, this.location());
    return name;
  }

  /** Registers for every leaf of `shapes`; the keys are their names. Synchronous reset to 0 unless `options` say otherwise. */
  regs<const S extends ShapeRecord>(
    shapes: S,
    options: RegOptions = {},
  ): { readonly [K in keyof S]: RegOf<S[K]> } {
    return mapShape(shapes, '', (name, type, _domain, _flow, format) =>
      this.reg(name, type, rawOptions(options, format, name)),
    ) as { readonly [K in keyof S]: RegOf<S[K]> };
  }

  private reg(
    name: string,
    type: UIntType | SIntType,
    { reset = 0, powerUp, synchronizer = false }: RegOptions,
    range: Range = typeRange(type.signed, type.width),
    machine: Pick<RegNode, 'states' | 'oneHot'> = {},
  ): UIntReg | SIntReg {
    const initial = (value: FixedValue, what: string): bigint =>
      driverNode(this, value, type, `${what} of ${name}`).lo;
    const resetValue = reset === false ? undefined : initial(reset, 'reset value');
    const { hasReset } = this.domains.current;
    const node: RegNode = {
      kind: 'reg',
      id: this.graph.nextId(),
      name: this.claimName(name),
      type,
      lo: range.lo,
      hi: range.hi,
      ...(resetValue === undefined ? {} : hasReset ? { reset: resetValue } : { powerUp: resetValue }),
      ...(powerUp === undefined ? {} : { powerUp: initial(powerUp, 'power-up value') }),
      ...(synchronizer ? { synchronizer } : {}),
      ...this.domains.field(),
      ...machine,
      ...this.locationField(),
    };
    this.regNodes.push(node);
    return type.signed ? new SIntReg(node, this) : new UIntReg(node, this);
  }

  /** Named nets, driven with `.value =`: on every path, or on some when `default` is given. */
  wires<const S extends ShapeRecord>(
    shapes: S,
    options: WireOptions = {},
  ): { readonly [K in keyof S]: WireOf<S[K]> } {
    return mapShape(shapes, '', (name, type, _domain, _flow, format) =>
      this.wire(name, type, rawOptions(options, format, name)),
    ) as { readonly [K in keyof S]: WireOf<S[K]> };
  }

  private wire(
    name: string,
    type: UIntType | SIntType,
    options: WireOptions & { readonly flow?: 'flipped' | 'ready' },
  ): UIntWire | SIntWire {
    const node: WireNode = {
      kind: 'wire',
      id: this.graph.nextId(),
      name: this.claimName(name),
      type,
      ...typeRange(type.signed, type.width),
      ...(options.default === undefined
        ? {}
        : { default: driverNode(this, options.default, type, `default of ${name}`) }),
      ...(options.flow === undefined ? {} : { flow: options.flow }),
      ...this.locationField(),
    };
    this.wireNodes.push(node);
    return type.signed ? new SIntWire(node, this) : new UIntWire(node, this);
  }

  /** A constant of an exact type. */
  constant(type: UFixedType, value: FixedValue): UFixed;
  constant(type: SFixedType, value: FixedValue): SFixed;
  constant(type: UIntType, value: Int): UInt;
  constant(type: SIntType, value: Int): SInt;
  constant(type: UIntType | SIntType, value: FixedValue): UInt | SInt | UFixed | SFixed {
    const [leaf] = zipLeaves(type, value, '');
    const node = driverNode(this, leaf?.driver, { signed: type.signed, width: type.width }, 'a constant');
    return mapShape(type, '', () => (type.signed ? new SInt(node, this) : new UInt(node, this))) as SignalOf<
      typeof type
    >;
  }

  /** Writes every register of a bundle from the signal at the same place of `values`. */
  load(registers: Signals, values: Signals): void {
    const sources = new Map(leaves(values, '').map(({ name, written }) => [name, written]));
    for (const { name, signal, written } of leaves(registers, '')) {
      if (!(signal instanceof UIntReg || signal instanceof SIntReg)) {
        fail('HDL006', `${describe(signal.node)} is not a register`, 'pass registers to m.load');
      }
      const source = integerDriver(formatOf(written), sources.get(name), name);
      this.assign(signal.reg, driverNode(this, source, signal.reg.type, signal.reg.name));
    }
  }

  /** A register that holds one of `states`; it resets to the first. */
  states<const N extends string>(
    name: string,
    states: readonly N[],
    options: StatesOptions = {},
  ): StateReg<N> {
    const { type, range, reset, machine } = stateCodes(states, options);
    const reg = this.reg(name, type, { reset }, range, machine);
    if (!(reg instanceof UIntReg)) throw new TypeError('a state register is unsigned');
    return stateReg(reg, states, options, (label, bit) => this.labelNode(label, bit.node));
  }

  when(condition: UInt, body: () => void): WhenChain {
    this.checkOpen('m.when');
    return openWhen(this, this.tree, condition, body);
  }

  /** One body per state; a missing state does not compile. */
  switch<N extends string>(state: StateReg<N>, bodies: Readonly<Record<N, () => void>>): void {
    this.checkOpen('m.switch');
    if (state.encoding === 'binary') {
      this.switchValue(
        state.signal,
        state.names.map((name, index) => ({ value: index, label: name, body: bodies[name] })),
      );
    } else openOneHotSwitch(this, this.tree, state, bodies);
  }

  /** Runs the body whose value equals `subject`, else `otherwise`. @throws HDL015 on a repeated or impossible value. */
  switchValue(subject: UInt, cases: readonly SwitchCase[], otherwise: () => void = () => undefined): void {
    this.checkOpen('m.switch');
    openSwitch(this, this.tree, { subject, cases, otherwise });
  }

  /** Keeps the author's names of locals. @throws HDL003 when a name is taken. */
  label(signals: Readonly<Record<string, Signals>>): void {
    for (const { name, signal } of this.own(signals)) this.labelNode(name, signal.node);
  }

  /** Says that these signals are meant to have no reader. */
  unused(...signals: readonly Signals[]): void {
    for (const item of signals) for (const { signal } of this.own(item)) this.unusedNodes.push(signal.node);
  }

  /** The leaves of signals that are this component's. @throws HDL017 */
  private own(signals: Signals): ReturnType<typeof leaves> {
    const found = leaves(signals, '');
    for (const { signal } of found) if (signal.owner !== this) foreign(signal, this);
    return found;
  }

  private labelNode(name: string, node: Node): void {
    if (node.name !== undefined || node.kind === 'const') return;
    Object.assign(node, { name: this.claimName(name), ...this.locationField() });
    this.labelNodes.push(node);
  }

  /**
   * The signals `stages` clock cycles later, through registers named NAME (then NAME_2, NAME_3 ...). Not reset unless
   * `reset` is given; with `enable` the registers hold while it is 0.
   */
  pipe<const T extends Signals>(name: string, signals: T, options: PipeOptions = {}): T {
    const { stages = 1, reset = false, powerUp, enable, synchronizer = false } = options;
    const initial = powerUp === undefined ? {} : { powerUp };
    let current: Signals = signals;
    const last = checkCount(stages, 'a number of stages');
    for (let stage = 1; stage <= last; stage++) {
      const prefix = stage === 1 ? name : `${name}_${stage}`;
      current = mapSignals(current, prefix, (leafName, signal) => {
        const first = synchronizer && stage === 1;
        const reg = this.reg(leafName, signal.node.type, { reset, synchronizer: first, ...initial });
        const load = (): void => this.assign(reg.reg, driverNode(this, signal, reg.reg.type, leafName));
        this.latencies.addStage(reg.reg);
        if (enable === undefined) load();
        else this.when(enable, load);
        return reg;
      });
    }
    return current as T;
  }

  /** The signals `cycles` later, always (also inside of m.when), through shared registers named NAME_d1, NAME_d2 ... */
  delay<const T extends Signals>(signals: T, cycles: number, options: DelayOptions = {}): T {
    return this.delays.delay(signals, cycles, options) as T;
  }

  /** The signals with the early ones delayed to the latency of the latest. @throws HDL027 HDL028 */
  align<const T extends Signals>(signals: T, options: DelayOptions = {}): T {
    return this.delays.align(signals, options) as T;
  }

  /** Says how many cycles after the inputs these signals belong to them; `timeless`: they fit any. @throws HDL028 */
  latency(signals: Signals, latency: number | 'timeless'): void {
    for (const { signal } of this.own(signals))
      this.latencies.pin(signal.node, checkedLatency(signal, latency));
  }

  /** For delay lines: one register, connected whatever branch is open. */
  stage(name: string, signal: UInt | SInt, options: DelayOptions): UInt | SInt {
    return this.always(() => this.pipe<UInt | SInt>(name, signal, options));
  }

  /** `wanted`, or with the first number behind it that makes it a name nobody has. */
  freeName(wanted: string): string {
    let name = wanted;
    for (let suffix = 2; this.names.has(name); suffix++) name = `${wanted}_${suffix}`;
    return name;
  }

  /** A memory; see `MemoryBuilder` for its ports. */
  memory<const S extends Shape>(name: string, options: MemoryOptions<S>): MemoryBuilder<S> {
    const memory = new MemoryBuilder(this, this.claimName(name), options);
    this.memories.push(memory);
    return memory;
  }

  /**
   * Puts the registers, memory ports and assertions that `body` makes into a clock domain; the default domain of instances
   * made there is this one. Returns what `body` returns. @throws HDL024
   */
  inDomain<T>(domain: ClockDomain, body: () => T): T {
    return this.domains.within(domain, body);
  }

  /** Connects named domains of the instances that `body` makes: `{ inner: outer }`. The others go by their own names. */
  mapDomains<T>(outerByInner: Readonly<Record<string, ClockDomain>>, body: () => T): T {
    return this.domains.mapped(outerByInner, body);
  }

  /** A wire for a member of a port that goes the other way (`flipped`). */
  flippedWire(name: string, type: UIntType, flow: 'flipped' | 'ready'): UIntWire;
  flippedWire(name: string, type: UIntType | SIntType, flow: 'flipped' | 'ready'): UIntWire | SIntWire;
  flippedWire(name: string, type: UIntType | SIntType, flow: 'flipped' | 'ready'): UIntWire | SIntWire {
    return this.wire(name, type, { flow });
  }

  /** What connects a port drives its wire whatever branch is open. */
  assignAlways(target: WireNode, value: Node): void {
    this.checkOpen(target.name);
    this.always(() => this.assign(target, value));
  }

  /** Runs `body` as if no branch were open: what it assigns is assigned always. */
  always<T>(body: () => T): T {
    return this.tree.always(body);
  }

  /** A table that is only read: one word per value. */
  rom<const S extends ScalarShape>(name: string, type: S, values: Values): Rom<S> {
    return this.memory(name, { word: type, depth: values.length, init: [values] });
  }

  assign(target: RegNode | WireNode, value: Node): void {
    this.checkOpen(target.name);
    if (target.kind === 'reg') this.domains.checkWrite(target);
    this.tree.assign(target, value, this.location());
    this.latencies.addDriver(target, { value, reached: this.tree.condition });
  }

  /** Checked at every clock edge outside reset at which control reaches this statement. */
  assert(condition: UInt, message: string): void {
    this.property('assert', condition, message);
  }

  /** What the surroundings promise: simulations check it like `assert`, proofs rely on it. */
  assume(condition: UInt, message: string): void {
    this.property('assume', condition, message);
  }

  /** What should happen at least once: counted by the simulator's coverage, searched for by proofs. */
  cover(condition: UInt, message: string): void {
    this.property('cover', condition, message);
  }

  private property(property: Assertion['property'], condition: UInt, message: string): void {
    this.checkOpen(`m.${property}`);
    const node = condition.condition(this);
    this.tree.add({ kind: 'assert', property, condition: node, message, ...this.place() });
  }

  /** 1 when control reaches this point of the body; undefined when it always does. */
  reached(): Node | undefined {
    return this.tree.condition;
  }

  /** Location and clock domain of what is made now. */
  private place(): { readonly location?: SourceLocation; readonly domain?: string } {
    return { ...this.domains.field(), ...this.locationField() };
  }

  locationField(): { readonly location?: SourceLocation } {
    const location = this.location();
    return location === undefined ? {} : { location };
  }

  /** @throws HDL016 once the body has returned. */
  checkOpen(what: string): void {
    if (this.closed)
      fail('HDL016', `${what} is used after the body of ${this.name} has returned`, 'use it inside the body');
  }
}
