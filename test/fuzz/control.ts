/** Assignments under random when and switch statements: every wire on every path, every register at most once. */
import { SIntReg, SIntWire, UInt, UIntReg, UIntWire, type ModuleBuilder } from '../../src/hdl/index.js';
import { choose, condition, conform, unsigned, type Value } from './operations.js';
import type { Branch, Pick, Tree } from './program.js';

export interface Target {
  readonly signal: UIntReg | SIntReg | UIntWire | SIntWire;
  /** A wire without a default. */
  readonly onEveryPath: boolean;
  /** A register with neither reset nor power-up value. */
  readonly startsUnknown: boolean;
}

export class Control {
  /** The targets that some path assigns. */
  readonly assigned = new Set<Target>();

  constructor(
    private readonly m: ModuleBuilder,
    private readonly value: (choice: Pick) => Value,
  ) {}

  run(tree: Tree, targets: readonly Target[]): void {
    const isHere = (index: number): boolean => ((tree.here >> (index % 8)) & 1) === 1;
    if (tree.assertion) this.assertTautology(choose(tree.values, 0));
    if (tree.branch === undefined) {
      targets.forEach((target, index) => {
        if (target.onEveryPath || !isHere(index)) this.assign(target, tree.values, index);
      });
      return;
    }
    const below = targets.filter((_, index) => !isHere(index));
    const before = tree.here % 2 === 0;
    const assignHere = (): void =>
      targets.forEach((target, index) => {
        if (isHere(index)) this.assign(target, tree.values, index);
      });
    if (before) assignHere();
    if (tree.branch.kind === 'when') this.when(tree.branch, below, tree.values);
    else this.switch(tree.branch, below, tree.values);
    if (!before) assignHere();
  }

  private assign(target: Target, values: readonly Pick[], index: number): void {
    this.assigned.add(target);
    drive(target.signal, this.value(choose(values, index)), index);
  }

  private when({ bodies, otherwise }: Branch, targets: readonly Target[], values: readonly Pick[]): void {
    const [first, ...rest] = bodies.map(({ select, body }) => ({
      test: condition(this.value(select), select),
      body: () => this.run(body, targets),
    }));
    if (first === undefined) return;
    let chain = this.m.when(first.test, first.body);
    for (const { test, body } of rest) chain = chain.elseWhen(test, body);
    const last = this.lastBranch(otherwise, targets, values);
    if (last !== undefined) chain.otherwise(last);
  }

  private switch(
    { subject, bodies, otherwise }: Branch,
    targets: readonly Target[],
    values: readonly Pick[],
  ): void {
    const signal = unsigned(this.value(subject));
    const { lo, hi } = signal.range;
    const taken = new Set<bigint>();
    const cases = bodies.flatMap(({ select, body }) => {
      const value = lo + (BigInt(select) % (hi - lo + 1n));
      if (taken.has(value)) return [];
      taken.add(value);
      return [{ value, body: () => this.run(body, targets) }];
    });
    const covered = BigInt(taken.size) === hi - lo + 1n;
    if (covered && otherwise === undefined) this.m.switchValue(signal, cases);
    else this.m.switchValue(signal, cases, this.lastBranch(otherwise, targets, values));
  }

  /** The else branch; without one of its own, it drives what needs driving on every path. */
  private lastBranch(
    tree: Tree | undefined,
    targets: readonly Target[],
    values: readonly Pick[],
  ): (() => void) | undefined {
    if (tree !== undefined) return () => this.run(tree, targets);
    const needed = targets.filter(({ onEveryPath }) => onEveryPath);
    if (needed.length === 0) return undefined;
    return () => needed.forEach((target, index) => this.assign(target, values, index));
  }

  private assertTautology(choice: Pick): void {
    const value = this.value(choice);
    const next = value instanceof UInt ? value.add(1).gt(value) : value.add(1).gt(value);
    this.m.assert(next, `a number plus one is greater (${choice})`);
  }
}

export function drive(signal: Target['signal'], value: Value, n: number): void {
  const fitted = conform(value, signal.node.type, n);
  if (signal instanceof UIntReg && fitted instanceof UInt) signal.next = fitted;
  else if (signal instanceof UIntWire && fitted instanceof UInt) signal.value = fitted;
  else if (signal instanceof SIntReg && !(fitted instanceof UInt)) signal.next = fitted;
  else if (signal instanceof SIntWire && !(fitted instanceof UInt)) signal.value = fitted;
  else throw new TypeError('a value does not have the sign of its target');
}
