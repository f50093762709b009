/** Signals as the author sees them: exact integer arithmetic that grows by value range, and named ways to narrow. */

import { typeRange, type Range, type RationalRounding } from '../num/index.js';
import { checkWidth } from './checked-numbers.js';
import { authorLocation, describe, fail } from './diagnostics.js';
import type { FixedValue } from './fixed-value.js';
import type { SFixed, UFixed } from './fixed.js';
import { type Graph, typeFor } from './graph.js';
import type { Node, RegNode, SourceLocation, WireNode } from './ir.js';

/** What a signal needs from the component that owns it. */
export interface Owner {
  readonly graph: Graph;
  readonly name: string;
  /** The component's body has returned: nothing may be added. */
  readonly closed: boolean;
  assign(target: RegNode | WireNode, value: Node): void;
  assert(condition: UInt, message: string): void;
  location(): SourceLocation | undefined;
}

type Int = number | bigint;
export type RoundingMode = RationalRounding;

/** What the author may have meant, by the conversion that JavaScript asks for. */
const methodFor = {
  number: 'a.lt(b) for a < b (.le .gt .ge alike), a.sub(b) for a - b, a.mul(b) for a * b, a.neg() for -a',
  string: 'm.label({ name: signal }) to name it',
  default: 'a.add(b) for a + b, a.eq(b) for a == b',
};

/** A signal has no JavaScript value while hardware is described. @throws HDL020 always. */
export const notAValue = (what: string, hint: 'number' | 'string' | 'default'): never =>
  fail(
    'HDL020',
    `${what} was used as a JavaScript ${hint === 'default' ? 'value' : hint}`,
    `write ${methodFor[hint]}`,
    [authorLocation()],
  );

abstract class Signal<Self> {
  constructor(
    readonly node: Node,
    readonly owner: Owner,
  ) {}

  get width(): number {
    return this.node.type.width;
  }
  /** Smallest and greatest value this signal can have. */
  get range(): Range {
    return { lo: this.node.lo, hi: this.node.hi };
  }

  /** `a < b`, `a + b`, `${a}` are mistakes; the lint rules find `if (a)` and `a === b`. @throws HDL020 always. */
  [Symbol.toPrimitive](hint: 'number' | 'string' | 'default'): never {
    return notAValue(describe(this.node), hint);
  }

  protected other(value: unknown): Node {
    if (value instanceof UInt || value instanceof SInt) {
      return value.owner === this.owner ? value.node : foreign(value, this.owner);
    }
    if (typeof value === 'number' || typeof value === 'bigint')
      return this.owner.graph.constant(exactInteger(value));
    return fail('HDL006', `an operand of ${describe(this.node)} is missing`, 'give it a signal or a number');
  }
  protected bool(node: Node): UInt {
    return new UInt(node, this.owner);
  }

  eq(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('eq', this.node, this.other(value)));
  }
  ne(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('ne', this.node, this.other(value)));
  }
  lt(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('lt', this.node, this.other(value)));
  }
  le(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('le', this.node, this.other(value)));
  }
  gt(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('gt', this.node, this.other(value)));
  }
  ge(value: Self | Int): UInt {
    return this.bool(this.owner.graph.compare('ge', this.node, this.other(value)));
  }

  /** Bits high..low of the two's complement pattern, unsigned. @throws HDL013 outside the signal. */
  bits(high: number, low: number): UInt {
    return new UInt(this.owner.graph.slice(this.node, high, low), this.owner);
  }
  bit(index: number): UInt {
    return this.bits(index, index);
  }
  /** The same pattern read as two's complement of the same width. */
  asSint(): SInt {
    return new SInt(this.owner.graph.cast(this.node, { signed: true, width: this.width }), this.owner);
  }
  /** The same pattern read as unsigned of the same width. */
  asUint(): UInt {
    return new UInt(this.owner.graph.cast(this.node, { signed: false, width: this.width }), this.owner);
  }
  xorReduce(): UInt {
    return this.bool(this.owner.graph.xorReduce(this.node));
  }

  protected saturated(width: number): Node {
    const { graph } = this.owner;
    const type = { signed: this.node.type.signed, width };
    const full = typeRange(type.signed, checkWidth(type.width));
    let value = this.node;
    if (value.hi > full.hi)
      value = graph.mux(
        graph.compare('gt', this.node, graph.constant(full.hi)),
        graph.constant(full.hi, type),
        value,
      );
    if (value.lo < full.lo)
      value = graph.mux(
        graph.compare('lt', this.node, graph.constant(full.lo)),
        graph.constant(full.lo, type),
        value,
      );
    return graph.cast(value, type, clip(this.node, full));
  }

  protected roundShifted(amount: number, mode: RoundingMode): Node {
    if (checkedShift(amount) === 0) return this.node;
    const { graph } = this.owner;
    const half = graph.constant(1n << BigInt(amount - 1));
    const { signed } = this.node.type;
    if (mode === 'floor') return graph.shiftRight(this.node, amount);
    const plus = (addend: Node): Node =>
      graph.shiftRight(graph.arithmetic('add', this.node, addend, signed), amount);
    if (mode === 'halfUp') return plus(half);
    const almostOne = graph.constant((1n << BigInt(amount)) - 1n);
    if (mode === 'ceil') return plus(almostOne);
    const negative = (): Node => graph.compare('lt', this.node, graph.constant(0n));
    if (mode === 'truncate') return plus(graph.mux(negative(), almostOne, graph.constant(0n)));
    // A tie needs one less than half: for halfEven when the floor is even, for halfAwayFromZero when negative.
    const less = graph.constant((1n << BigInt(amount - 1)) - 1n);
    const whole = amount < this.width ? this.node : graph.shiftRight(this.node, amount);
    const last = amount < this.width ? amount : 0;
    const even = (): Node => graph.compare('eq', graph.slice(whole, last, last), graph.constant(0n));
    return plus(graph.mux(mode === 'halfEven' ? even() : negative(), less, half));
  }

  protected narrowed(lo: Int, hi: Int): Node {
    const range = { lo: exactInteger(lo), hi: exactInteger(hi) };
    if (range.lo > range.hi)
      fail('HDL022', `assumeRange(${range.lo}, ${range.hi}) is empty`, 'give the smaller bound first');
    if (range.lo > this.node.hi || range.hi < this.node.lo) {
      fail(
        'HDL022',
        `${describe(this.node)} has values ${this.node.lo}..${this.node.hi}, none of them in ${range.lo}..${range.hi}`,
        'assume a range that it can have',
      );
    }
    const inside = this.ge(range.lo).and(this.le(range.hi));
    this.owner.assert(inside, `${describe(this.node)} left its assumed range ${range.lo}..${range.hi}`);
    const kept = clip(this.node, range);
    return this.owner.graph.cast(this.node, typeFor(this.node.type.signed, kept), kept);
  }
}

const clip = (value: Range, to: Range): Range => ({
  lo: value.lo > to.lo ? (value.lo < to.hi ? value.lo : to.hi) : to.lo,
  hi: value.hi < to.hi ? (value.hi > to.lo ? value.hi : to.lo) : to.hi,
});

export const exactInteger = (value: Int): bigint => {
  if (typeof value === 'bigint') return value;
  if (!Number.isSafeInteger(value))
    fail('HDL004', `${value} is not an exact integer`, 'use an integer or a bigint');
  return BigInt(value);
};

export const foreign = (signal: UInt | SInt, owner: Owner): never =>
  fail(
    'HDL017',
    `${describe(signal.node)} belongs to component ${signal.owner.name} and was used in ${owner.name}`,
    'pass it through a port',
  );

/** Unsigned integer. */
export class UInt extends Signal<UInt> {
  readonly kind = 'uint';

  add(value: UInt | Int): UInt {
    return new UInt(this.owner.graph.arithmetic('add', this.node, this.unsigned(value), false), this.owner);
  }
  /** The exact difference, which may be negative. */
  sub(value: UInt | Int): SInt {
    return new SInt(this.owner.graph.arithmetic('sub', this.node, this.unsigned(value), true), this.owner);
  }
  mul(value: UInt | Int): UInt {
    return new UInt(this.owner.graph.arithmetic('mul', this.node, this.unsigned(value), false), this.owner);
  }
  neg(): SInt {
    return new SInt(this.owner.graph.neg(this.node), this.owner);
  }
  and(value: UInt | Int): UInt {
    return new UInt(this.owner.graph.bitwise('and', this.node, this.unsigned(value)), this.owner);
  }
  or(value: UInt | Int): UInt {
    return new UInt(this.owner.graph.bitwise('or', this.node, this.unsigned(value)), this.owner);
  }
  xor(value: UInt | Int): UInt {
    return new UInt(this.owner.graph.bitwise('xor', this.node, this.unsigned(value)), this.owner);
  }
  not(): UInt {
    return new UInt(this.owner.graph.not(this.node), this.owner);
  }
  shl(amount: number | UInt): UInt {
    return new UInt(shiftLeft(this, amount), this.owner);
  }
  shr(amount: number | UInt): UInt {
    return new UInt(shiftRight(this, amount), this.owner);
  }
  /** This bit chooses: `whenOne` when it is 1. @throws HDL004 when this signal is wider than one bit. */
  mux(whenOne: UInt, whenZero: UInt | Int): UInt;
  mux(whenOne: SInt, whenZero: SInt | Int): SInt;
  mux(whenOne: SFixed, whenZero: SFixed | FixedValue): SFixed;
  mux(whenOne: UFixed, whenZero: UFixed | FixedValue): UFixed;
  mux(whenOne: UInt | SInt | SFixed | UFixed, whenZero: unknown): UInt | SInt | SFixed | UFixed {
    if ('chosenBy' in whenOne) return whenOne.chosenBy(this, whenZero);
    const isSigned = whenOne instanceof SInt;
    if (!isSigned && (typeof whenZero === 'number' || typeof whenZero === 'bigint'))
      whenOne.unsigned(whenZero);
    const node = this.owner.graph.mux(this.condition(), this.other(whenOne), this.other(whenZero));
    return isSigned ? asSigned(node, this.owner) : new UInt(node, this.owner);
  }
  /** Value-preserving: one bit wider, signed. */
  toSint(): SInt {
    return new SInt(this.owner.graph.cast(this.node, typeFor(true, this.node)), this.owner);
  }
  /** Keeps the low `width` bits. */
  wrap(width: number): UInt {
    return new UInt(this.owner.graph.cast(this.node, { signed: false, width }), this.owner);
  }
  saturate(width: number): UInt {
    return new UInt(this.saturated(width), this.owner);
  }
  /** this / 2^amount, rounded. */
  roundShift(amount: number, mode: RoundingMode): UInt {
    return new UInt(this.roundShifted(amount, mode), this.owner);
  }
  /** Promises lo..hi; narrows the type and adds a simulation assertion. */
  assumeRange(lo: Int, hi: Int): UInt {
    return new UInt(this.narrowed(lo, hi), this.owner);
  }
  /** This signal's node as a condition in the component `user`. @throws HDL004 when it is wider than one bit. HDL017 */
  condition(user: Owner = this.owner): Node {
    if (user !== this.owner) return foreign(this, user);
    if (this.width !== 1)
      fail('HDL004', `${describe(this.node)} is used as a condition, which is a bit`, 'compare it: .ne(0)');
    return this.node;
  }
  private unsigned(value: UInt | Int): Node {
    if (!(value instanceof UInt) && value < 0) {
      fail('HDL005', `${value} is negative and ${describe(this.node)} is unsigned`, 'use .toSint() first');
    }
    return this.other(value);
  }
}

/** Two's complement integer. */
export class SInt extends Signal<SInt> {
  readonly kind = 'sint';

  add(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.arithmetic('add', this.node, this.signed(value), true), this.owner);
  }
  sub(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.arithmetic('sub', this.node, this.signed(value), true), this.owner);
  }
  mul(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.arithmetic('mul', this.node, this.signed(value), true), this.owner);
  }
  neg(): SInt {
    return new SInt(this.owner.graph.neg(this.node), this.owner);
  }
  and(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.bitwise('and', this.node, this.signed(value)), this.owner);
  }
  or(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.bitwise('or', this.node, this.signed(value)), this.owner);
  }
  xor(value: SInt | Int): SInt {
    return new SInt(this.owner.graph.bitwise('xor', this.node, this.signed(value)), this.owner);
  }
  not(): SInt {
    return new SInt(this.owner.graph.not(this.node), this.owner);
  }
  shl(amount: number | UInt): SInt {
    return new SInt(shiftLeft(this, amount), this.owner);
  }
  /** Arithmetic: rounds towards minus infinity. */
  shr(amount: number | UInt): SInt {
    return new SInt(shiftRight(this, amount), this.owner);
  }
  /** Keeps the low `width` bits, read as two's complement. */
  wrap(width: number): SInt {
    return new SInt(this.owner.graph.cast(this.node, { signed: true, width }), this.owner);
  }
  saturate(width: number): SInt {
    return new SInt(this.saturated(width), this.owner);
  }
  /** this / 2^amount, rounded. */
  roundShift(amount: number, mode: RoundingMode): SInt {
    return asSigned(this.roundShifted(amount, mode), this.owner);
  }
  /** Promises lo..hi; narrows the type and adds a simulation assertion. */
  assumeRange(lo: Int, hi: Int): SInt {
    return new SInt(this.narrowed(lo, hi), this.owner);
  }
  /** A constant operand gets a signed type too, so that the operation stays signed. */
  private signed(value: SInt | Int): Node {
    if (value instanceof SInt) return this.other(value);
    const exact = exactInteger(value);
    return this.owner.graph.constant(exact, typeFor(true, { lo: exact, hi: exact }));
  }
}

const asSigned = (node: Node, owner: Owner): SInt =>
  new SInt(node.type.signed ? node : owner.graph.cast(node, typeFor(true, node)), owner);

const shiftLeft = (signal: UInt | SInt, amount: number | UInt): Node => {
  const { graph } = signal.owner;
  if (amount instanceof UInt) return graph.shiftLeftDynamic(signal.node, distance(signal, amount));
  return graph.shiftLeft(signal.node, checkedShift(amount));
};
const shiftRight = (signal: UInt | SInt, amount: number | UInt): Node => {
  const { graph } = signal.owner;
  if (amount instanceof UInt) return graph.shiftRightDynamic(signal.node, distance(signal, amount));
  return graph.shiftRight(signal.node, checkedShift(amount));
};
const distance = ({ owner }: UInt | SInt, amount: UInt): Node =>
  amount.owner === owner ? amount.node : foreign(amount, owner);
const checkedShift = (amount: number): number =>
  Number.isInteger(amount) && amount >= 0 && amount <= 4096
    ? amount
    : fail(
        'HDL014',
        `a shift distance must be an integer from 0 to 4096, not ${amount}`,
        'shift the other way with .shl or .shr',
      );
