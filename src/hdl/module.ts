/** `m` inside a component's body: registers, wires, control, memories, labels, assertions. */

import { typeRange, unsignedWidth, type Range } from '../num/index.js';
import { authorLocation, describe, fail } from './diagnostics.js';
import { Graph } from './graph.js';
import type { Assertion, Instance, Node, RegNode, SourceLocation, Statement, WireNode } from './ir.js';
import { MemoryBuilder, type MemoryOptions } from './memory.js';
import { leaves, mapSignals, type Signals } from './bundles.js';
import { driverNode, SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
import { SInt, UInt, type Owner } from './signal.js';
import { StatementTree, type BranchRecord } from './statements.js';
import { mapShape, uint, type Shape, type ShapeRecord, type SIntType, type UIntType } from './types.js';

type Int = number | bigint;

export type RegOf<S> = S extends UIntType
  ? UIntReg
  : S extends SIntType
    ? SIntReg
    : S extends readonly (infer E)[]
      ? readonly RegOf<E>[]
      : { readonly [K in keyof S]: RegOf<S[K]> };

export type WireOf<S> = S extends UIntType
  ? UIntWire
  : S extends SIntType
    ? SIntWire
    : S extends readonly (infer E)[]
      ? readonly WireOf<E>[]
      : { readonly [K in keyof S]: WireOf<S[K]> };

export interface RegOptions {
  /** Value after reset (default 0); `false`: not reset. */
  readonly reset?: Int | false;
  /** Value at power-up of a register that is not reset; unspecified when left out. */
  readonly powerUp?: Int;
}

/** A register whose values are names. */
export interface StateReg<N extends string> {
  readonly is: (name: N) => UInt;
  next: N;
  readonly signal: UInt;
  readonly names: readonly N[];
}

interface WhenChain {
  elseWhen(condition: UInt, body: () => void): WhenChain;
  otherwise(body: () => void): void;
}

export class ModuleBuilder implements Owner {
  readonly graph = new Graph();
  private readonly tree = new StatementTree(this.graph);
  private readonly names = new Map<string, SourceLocation | undefined>();
  readonly regNodes: RegNode[] = [];
  readonly wireNodes: WireNode[] = [];
  readonly labelNodes: Node[] = [];
  readonly unusedNodes: Node[] = [];
  readonly memories: MemoryBuilder[] = [];
  readonly instances: Instance[] = [];
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
    return mapShape(shapes, '', (name, type) => this.reg(name, type, options)) as {
      readonly [K in keyof S]: RegOf<S[K]>;
    };
  }

  private reg(
    name: string,
    type: UIntType | SIntType,
    { reset = 0, powerUp }: RegOptions,
    range: Range = typeRange(type.signed, type.width),
    states?: readonly string[],
  ): UIntReg | SIntReg {
    const initial = (value: Int, what: string): bigint =>
      driverNode(this, value, type, `${what} of ${name}`).lo;
    const node: RegNode = {
      kind: 'reg',
      id: this.graph.nextId(),
      name: this.claimName(name),
      type,
      lo: range.lo,
      hi: range.hi,
      ...(reset === false ? {} : { reset: initial(reset, 'reset value') }),
      ...(powerUp === undefined ? {} : { powerUp: initial(powerUp, 'power-up value') }),
      ...(states === undefined ? {} : { states }),
      ...this.locationField(),
    };
    this.regNodes.push(node);
    return type.signed ? new SIntReg(node, this) : new UIntReg(node, this);
  }

  /** Named nets, driven with `.value =`: on every path, or on some when `default` is given. */
  wires<const S extends ShapeRecord>(
    shapes: S,
    options: { readonly default?: Int } = {},
  ): { readonly [K in keyof S]: WireOf<S[K]> } {
    return mapShape(shapes, '', (name, type) => this.wire(name, type, options)) as {
      readonly [K in keyof S]: WireOf<S[K]>;
    };
  }

  private wire(
    name: string,
    type: UIntType | SIntType,
    options: { readonly default?: Int },
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
      ...this.locationField(),
    };
    this.wireNodes.push(node);
    return type.signed ? new SIntWire(node, this) : new UIntWire(node, this);
  }

  /** A constant of an exact type. */
  constant(type: UIntType, value: Int): UInt;
  constant(type: SIntType, value: Int): SInt;
  constant(type: UIntType | SIntType, value: Int): UInt | SInt {
    const node = driverNode(this, value, type, 'a constant');
    return type.signed ? new SInt(node, this) : new UInt(node, this);
  }

  /** Writes every register of a bundle from the signal at the same place of `values`. */
  load(registers: Signals, values: Signals): void {
    const sources = new Map(leaves(values, '').map(({ name, signal }) => [name, signal]));
    for (const { name, signal } of leaves(registers, '')) {
      if (!(signal instanceof UIntReg || signal instanceof SIntReg)) {
        fail('HDL006', `${describe(signal.node)} is not a register`, 'pass registers to m.load');
      }
      this.assign(signal.reg, driverNode(this, sources.get(name), signal.reg.type, signal.reg.name));
    }
  }

  /** A register that holds one of `states`; it resets to the first. */
  states<const N extends string>(name: string, states: readonly N[]): StateReg<N> {
    const range = { lo: 0n, hi: BigInt(Math.max(1, states.length - 1)) };
    const reg = this.reg(name, uint(unsignedWidth(range.hi)), {}, range, [...states]);
    if (!(reg instanceof UIntReg)) throw new TypeError('a state register is unsigned');
    const code = (state: N): number => states.indexOf(state);
    return {
      is: (state) => reg.eq(code(state)),
      set next(state: N) {
        reg.next = code(state);
      },
      signal: reg,
      names: states,
    };
  }

  when(condition: UInt, body: () => void): WhenChain {
    this.checkOpen('m.when');
    const place = this.tree.place();
    const owner = {};
    const location = this.locationField();
    const branches: BranchRecord[] = [];
    let ended = false;
    /** 1 when no branch so far was taken. */
    let none = this.graph.constant(1n) as Node;
    const save = (otherwise: readonly Statement[]): void =>
      place.set({ kind: 'when', branches: [...branches], otherwise, ...location });
    const add = (test: UInt, run: () => void): void => {
      if (ended) fail('HDL021', 'a branch follows .otherwise()', 'move .otherwise() to the end');
      if (test.owner !== this) driverNode(this, test, { signed: false, width: 1 }, 'a condition');
      const node = test.condition();
      const reached = this.graph.bitwise('and', none, node);
      branches.push({ condition: node, body: [] });
      save([]);
      branches[branches.length - 1] = { condition: node, body: this.tree.branch(owner, reached, run) };
      none = this.graph.bitwise('and', none, this.graph.not(node));
      save([]);
    };
    add(condition, body);
    const chain: WhenChain = {
      elseWhen: (test, run) => {
        add(test, run);
        return chain;
      },
      otherwise: (run) => {
        if (ended) fail('HDL021', '.otherwise() appears twice', 'keep one');
        ended = true;
        save(this.tree.branch(owner, none, run));
      },
    };
    return chain;
  }

  /** One body per state; a missing state does not compile. */
  switch<N extends string>(state: StateReg<N>, bodies: Readonly<Record<N, () => void>>): void {
    this.switchValue(
      state.signal,
      state.names.map((name, index) => ({ value: index, label: name, body: bodies[name] })),
    );
  }

  /** Runs the body whose value equals `subject`, else `otherwise`. @throws HDL015 on a repeated or impossible value. */
  switchValue(
    subject: UInt,
    cases: readonly { readonly value: Int; readonly label?: string; readonly body: () => void }[],
    otherwise: () => void = () => undefined,
  ): void {
    this.checkOpen('m.switch');
    const place = this.tree.place();
    const owner = {};
    const location = this.locationField();
    const seen = new Set<bigint>();
    const tests: Node[] = [];
    place.set({ kind: 'switch', subject: subject.node, cases: [], otherwise: [], ...location });
    const records = cases.map(({ value, label, body }) => {
      const exact = BigInt(value);
      if (seen.has(exact) || exact < subject.range.lo || exact > subject.range.hi) {
        fail(
          'HDL015',
          `case ${exact} of ${describe(subject.node)} is ${seen.has(exact) ? 'repeated' : 'impossible'}`,
          'give each possible value one case',
        );
      }
      seen.add(exact);
      const test = subject.eq(exact).node;
      tests.push(test);
      return { value: exact, label: label ?? '', body: this.tree.branch(owner, test, body) };
    });
    const any = tests.reduce((a, b) => this.graph.bitwise('or', a, b), this.graph.constant(0n));
    const rest = this.tree.branch(owner, this.graph.not(any), otherwise);
    place.set({ kind: 'switch', subject: subject.node, cases: records, otherwise: rest, ...location });
  }

  /** Keeps the author's names of locals. @throws HDL003 when a name is taken. */
  label(signals: Readonly<Record<string, Signals>>): void {
    for (const { name, signal } of leaves(signals, '')) this.labelNode(name, signal.node);
  }

  /** Says that these signals are meant to have no reader. */
  unused(...signals: readonly Signals[]): void {
    for (const item of signals) for (const { signal } of leaves(item, '')) this.unusedNodes.push(signal.node);
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
  pipe<const T extends Signals>(
    name: string,
    signals: T,
    options: { readonly stages?: number; readonly reset?: Int; readonly enable?: UInt } = {},
  ): T {
    const { stages = 1, reset, enable } = options;
    let current: Signals = signals;
    for (let stage = 1; stage <= stages; stage++) {
      const prefix = stage === 1 ? name : `${name}_${stage}`;
      current = mapSignals(current, prefix, (leafName, signal) => {
        const reg = this.reg(leafName, signal.node.type, { reset: reset ?? false });
        const load = (): void => this.assign(reg.reg, driverNode(this, signal, reg.reg.type, leafName));
        if (enable === undefined) load();
        else this.when(enable, load);
        return reg;
      });
    }
    return current as T;
  }

  /** A memory; see `MemoryBuilder` for its ports. */
  memory<const S extends Shape>(name: string, options: MemoryOptions<S>): MemoryBuilder<S> {
    const memory = new MemoryBuilder(this, this.claimName(name), options);
    this.memories.push(memory);
    return memory;
  }

  assign(target: RegNode | WireNode, value: Node): void {
    this.checkOpen(target.name);
    this.tree.assign(target, value, this.location());
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
    if (condition.owner !== this) driverNode(this, condition, { signed: false, width: 1 }, 'a condition');
    const node = condition.condition();
    this.tree.add({ kind: 'assert', property, condition: node, message, ...this.locationField() });
  }

  /** 1 when control reaches this point of the body; undefined when it always does. */
  reached(): Node | undefined {
    return this.tree.condition;
  }

  locationField(): { readonly location?: SourceLocation } {
    const location = this.location();
    return location === undefined ? {} : { location };
  }

  private checkOpen(what: string): void {
    if (this.closed)
      fail('HDL016', `${what} is used after the body of ${this.name} has returned`, 'use it inside the body');
  }
}
