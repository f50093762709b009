/** Makes nodes of one Design: numbering, ranges, exact result types, and folding of constants. */

import {
  bitLength,
  contains,
  maxOf,
  minOf,
  signedWidth,
  typeRange,
  unsignedWidth,
  wrapTo,
  type Range,
} from '../num/index.js';
import { checkWidth, maxWidth } from './checked-numbers.js';
import { describe, fail } from './diagnostics.js';
import type { ConstNode, Node, Op, OpNode, ScalarType, SourceLocation } from './ir.js';

const BIT: ScalarType = { signed: false, width: 1 };

/** The smallest type of the given signedness that holds a range. */
export const typeFor = (signed: boolean, range: Range): ScalarType => ({
  signed,
  width: signed ? signedWidth(range) : unsignedWidth(range.hi),
});

export interface OpOptions {
  readonly type: ScalarType;
  readonly range: Range;
  readonly amount?: number;
  readonly high?: number;
  readonly low?: number;
}

export class Graph {
  private count = 0;
  private readonly constants = new Map<string, ConstNode>();

  /** `place`: where the author is now, for new operations. */
  constructor(private readonly place: () => SourceLocation | undefined = () => undefined) {}

  nextId(): number {
    return this.count++;
  }

  constant(value: bigint, type: ScalarType = typeFor(value < 0n, { lo: value, hi: value })): ConstNode {
    const key = `${type.signed ? 's' : 'u'}${type.width}:${value}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const node: ConstNode = { kind: 'const', id: this.nextId(), type, lo: value, hi: value, value };
    this.constants.set(key, node);
    return node;
  }

  op(op: Op, args: readonly Node[], { type, range, amount, high, low }: OpOptions): Node {
    if (range.lo === range.hi && contains(typeRange(type.signed, type.width), range))
      return this.constant(range.lo, type);
    const location = this.place();
    const node: OpNode = {
      kind: 'op',
      id: this.nextId(),
      op,
      args,
      type,
      lo: range.lo,
      hi: range.hi,
      ...(amount === undefined ? {} : { amount }),
      ...(high === undefined ? {} : { high }),
      ...(low === undefined ? {} : { low }),
      ...(location === undefined ? {} : { location }),
    };
    return node;
  }

  /** add, sub, mul: signed results when `signed`, sized by the exact range. */
  arithmetic(op: 'add' | 'sub' | 'mul', a: Node, b: Node, signed: boolean): Node {
    if (op !== 'mul' && isZero(b) && a.type.signed === signed) return a;
    if (op === 'add' && isZero(a) && b.type.signed === signed) return b;
    const range = arithmeticRange(op, a, b);
    return this.op(op, [a, b], { type: typeFor(signed, range), range });
  }

  neg(a: Node): Node {
    const range = { lo: -a.hi, hi: -a.lo };
    return this.op('neg', [a], { type: typeFor(true, range), range });
  }

  /** Bitwise operation in the wider of the two types. */
  bitwise(op: 'and' | 'or' | 'xor', a: Node, b: Node): Node {
    const type = { signed: a.type.signed, width: Math.max(a.type.width, b.type.width) };
    if (a === b) return op === 'xor' ? this.constant(0n, type) : a;
    if (isInverse(a, b) || isInverse(b, a)) {
      const { lo, hi } = typeRange(type.signed, type.width);
      return this.constant(op === 'and' ? 0n : type.signed ? -1n : hi - lo, type);
    }
    return this.op(op, [a, b], { type, range: bitwiseRange(op, a, b, type) });
  }

  not(a: Node): Node {
    const { lo, hi } = typeRange(a.type.signed, a.type.width);
    const range = a.type.signed ? { lo: -1n - a.hi, hi: -1n - a.lo } : { lo: hi - a.hi, hi: hi - a.lo };
    return this.op('not', [a], { type: a.type, range: contains({ lo, hi }, range) ? range : { lo, hi } });
  }

  compare(op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', a: Node, b: Node): Node {
    const known = knownComparison(op, a, b);
    const range = known === undefined ? { lo: 0n, hi: 1n } : { lo: known, hi: known };
    return this.op(op, [a, b], { type: BIT, range });
  }

  shiftLeft(a: Node, amount: number): Node {
    if (amount === 0) return a;
    const by = BigInt(amount);
    const range = { lo: a.lo << by, hi: a.hi << by };
    return this.op('shl', [a], { type: typeFor(a.type.signed, range), range, amount });
  }

  shiftRight(a: Node, amount: number): Node {
    if (amount === 0) return a;
    const by = BigInt(amount);
    const range = { lo: a.lo >> by, hi: a.hi >> by };
    return this.op('shr', [a], { type: typeFor(a.type.signed, range), range, amount });
  }

  shiftLeftDynamic(a: Node, amount: Node): Node {
    if (amount.hi > BigInt(maxWidth)) {
      fail(
        'HDL014',
        `${describe(a)} may be shifted left by ${amount.hi}`,
        'narrow the distance: .wrap(…) or .assumeRange(…)',
      );
    }
    const ends = [a.lo << amount.lo, a.lo << amount.hi, a.hi << amount.lo, a.hi << amount.hi];
    const range = { lo: minOf(ends), hi: maxOf(ends) };
    return this.op('shlDynamic', [a, amount], { type: typeFor(a.type.signed, range), range });
  }

  shiftRightDynamic(a: Node, amount: Node): Node {
    const ends = [a.lo >> amount.lo, a.lo >> amount.hi, a.hi >> amount.lo, a.hi >> amount.hi];
    const range = { lo: minOf(ends), hi: maxOf(ends) };
    return this.op('shrDynamic', [a, amount], { type: typeFor(a.type.signed, range), range });
  }

  mux(select: Node, whenOne: Node, whenZero: Node): Node {
    if (select.kind === 'const') return select.value === 1n ? whenOne : whenZero;
    if (whenOne === whenZero) return whenOne;
    const range = { lo: minOf([whenOne.lo, whenZero.lo]), hi: maxOf([whenOne.hi, whenZero.hi]) };
    const signed = whenOne.type.signed || whenZero.type.signed;
    return this.op('mux', [select, whenOne, whenZero], { type: typeFor(signed, range), range });
  }

  slice(a: Node, high: number, low: number): Node {
    if (!(
      Number.isInteger(high) &&
      Number.isInteger(low) &&
      low >= 0 &&
      high >= low &&
      high < a.type.width
    )) {
      fail(
        'HDL013',
        `bits(${high}, ${low}) is outside a ${a.type.width}-bit signal`,
        `use 0 <= low <= high <= ${a.type.width - 1}`,
      );
    }
    if (!a.type.signed && low === 0 && high === a.type.width - 1) return a;
    const width = high - low + 1;
    const known = knownBits(a, high, low);
    if (known !== undefined) return this.constant(known, { signed: false, width });
    const fits = a.lo >= 0n;
    const range =
      fits && high >= bitLength(a.hi) - 1
        ? { lo: a.lo >> BigInt(low), hi: a.hi >> BigInt(low) }
        : typeRange(false, width);
    return this.op('slice', [a], { type: { signed: false, width }, range, high, low });
  }

  cat(parts: readonly Node[]): Node {
    const width = parts.reduce((sum, part) => sum + part.type.width, 0);
    const exact = parts.every((part) => part.kind === 'const')
      ? parts.reduce(
          (value, part) => (value << BigInt(part.type.width)) | wrapTo(part.lo, false, part.type.width),
          0n,
        )
      : undefined;
    const range = exact === undefined ? typeRange(false, width) : { lo: exact, hi: exact };
    return this.op('cat', parts, { type: { signed: false, width }, range });
  }

  /** The low bits of `a` read as `type`; keeps the value (and its range) where it fits. */
  cast(a: Node, type: ScalarType, range?: Range): Node {
    if (range === undefined && a.type.signed === type.signed && a.type.width === type.width) return a;
    const full = typeRange(type.signed, checkWidth(type.width));
    const kept = contains(full, a) ? { lo: a.lo, hi: a.hi } : full;
    if (a.kind === 'const') {
      const value = wrapTo(a.value, type.signed, type.width);
      return this.constant(value, type);
    }
    return this.op('cast', [a], { type, range: range ?? kept });
  }

  xorReduce(a: Node): Node {
    if (a.kind === 'const') return this.constant(parity(wrapTo(a.value, false, a.type.width)), BIT);
    return this.op('xorReduce', [a], { type: BIT, range: { lo: 0n, hi: 1n } });
  }
}

/** 1n when an odd number of bits is 1. */
const parity = (bits: bigint): bigint => BigInt(bits.toString(2).replaceAll('0', '').length % 2);

const isZero = (node: Node): boolean => node.lo === 0n && node.hi === 0n;

const isInverse = (a: Node, b: Node): boolean =>
  a.kind === 'op' && a.op === 'not' && a.args[0] === b && a.type.width === b.type.width;

/** Bits `high`..`low` of a node where they are copied from a constant, through any amount of wiring. */
function knownBits(from: Node, fromHigh: number, fromLow: number): bigint | undefined {
  let [node, high, low] = [from, fromHigh, fromLow];
  while (node.kind === 'op') {
    const { op, args, amount = 0 }: OpNode = node;
    let next = args[0];
    let by = op === 'slice' ? (node.low ?? 0) : op === 'shr' ? amount : op === 'shl' ? -amount : 0;
    if (op === 'cat') {
      let below = 0;
      next = args.findLast(({ type }) => (below += type.width) > low);
      by = (next?.type.width ?? 0) - below;
    } else if (op === 'shl' && high < amount) return 0n;
    else if (op !== 'slice' && op !== 'shr' && op !== 'shl' && op !== 'cast') return undefined;
    if (next === undefined || low + by < 0 || high + by >= next.type.width) return undefined;
    [node, high, low] = [next, high + by, low + by];
  }
  return node.kind === 'const' ? wrapTo(node.value >> BigInt(low), false, high - low + 1) : undefined;
}

const arithmeticRange = (op: 'add' | 'sub' | 'mul', a: Node, b: Node): Range => {
  if (op === 'add') return { lo: a.lo + b.lo, hi: a.hi + b.hi };
  if (op === 'sub' && a === b) return { lo: 0n, hi: 0n };
  if (op === 'sub') return { lo: a.lo - b.hi, hi: a.hi - b.lo };
  const ends = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return { lo: minOf(ends), hi: maxOf(ends) };
};

const bitwiseRange = (op: 'and' | 'or' | 'xor', a: Node, b: Node, type: ScalarType): Range => {
  if (a.kind === 'const' && b.kind === 'const') {
    const value = op === 'and' ? a.value & b.value : op === 'or' ? a.value | b.value : a.value ^ b.value;
    return { lo: value, hi: value };
  }
  if (type.signed) return typeRange(true, type.width);
  if (op === 'and') return { lo: 0n, hi: minOf([a.hi, b.hi]) };
  return { lo: 0n, hi: (1n << BigInt(bitLength(maxOf([a.hi, b.hi])))) - 1n };
};

/** 0n or 1n when the ranges alone decide a comparison. */
const knownComparison = (
  op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge',
  a: Node,
  b: Node,
): bigint | undefined => {
  const flag = (value: boolean): bigint => (value ? 1n : 0n);
  if (a === b) return flag(op === 'eq' || op === 'le' || op === 'ge');
  const same = a.lo === a.hi && b.lo === b.hi && a.lo === b.lo;
  if (op === 'eq' || op === 'ne') {
    if (same) return flag(op === 'eq');
    return a.hi < b.lo || a.lo > b.hi ? flag(op === 'ne') : undefined;
  }
  if (op === 'lt' || op === 'ge') {
    if (a.hi < b.lo) return flag(op === 'lt');
    return a.lo >= b.hi ? flag(op === 'ge') : undefined;
  }
  if (a.hi <= b.lo) return flag(op === 'le');
  return a.lo > b.hi ? flag(op === 'gt') : undefined;
};
