/** Random expressions over given nodes, for property tests. */

import fc from 'fast-check';
import type { Node, Op, OpNode, ScalarType } from '../../hdl/index.js';

export const BIT: ScalarType = { signed: false, width: 1 };
export const range = ({ signed, width }: ScalarType): { lo: bigint; hi: bigint } =>
  signed
    ? { lo: -(1n << BigInt(width - 1)), hi: (1n << BigInt(width - 1)) - 1n }
    : { lo: 0n, hi: (1n << BigInt(width)) - 1n };

/** The smallest type that holds lo..hi. */
export function typeFor(lo: bigint, hi: bigint): ScalarType {
  const signed = lo < 0n;
  let width = 1;
  while (range({ signed, width }).lo > lo || range({ signed, width }).hi < hi) width++;
  return { signed, width };
}

export const read = (type: ScalarType, pattern: bigint): bigint =>
  type.signed ? BigInt.asIntN(type.width, pattern) : BigInt.asUintN(type.width, pattern);

export function operation(
  op: Op,
  args: readonly Node[],
  type: ScalarType,
  extra: Partial<OpNode> = {},
): OpNode {
  return { kind: 'op', id: -1, op, args, type, ...range(type), ...extra };
}

export interface Choice {
  readonly op: Op;
  readonly pick: readonly number[];
  readonly width: number;
  readonly signed: boolean;
}

/** An operation on some of `nodes`; types grow exactly, or the choice falls back to a cast when they would explode. */
export function build({ op, pick, width, signed }: Choice, nodes: readonly Node[]): OpNode {
  const node = (i: number): Node => {
    const found = nodes[(pick[i] ?? 0) % nodes.length];
    if (found === undefined) throw new Error('no nodes');
    return found;
  };
  const [a, b, c] = [node(0), node(1), node(2)];
  const wanted = { signed, width };
  const low = (pick[3] ?? 0) % a.type.width;
  const high = low + ((pick[4] ?? 0) % (a.type.width - low));
  const bitOf = (x: Node): Node => operation('slice', [x], BIT, { high: 0, low: 0 });
  const exact = (values: readonly bigint[]): ScalarType => {
    const sorted = [...values].sort((x, y) => (x < y ? -1 : 1));
    return typeFor(sorted[0] ?? 0n, sorted.at(-1) ?? 0n);
  };
  const [ra, rb] = [range(a.type), range(b.type)];
  const corners = (f: (x: bigint, y: bigint) => bigint): bigint[] =>
    [ra.lo, ra.hi].flatMap((x) => [rb.lo, rb.hi].map((y) => f(x, y)));
  const bounded = (type: ScalarType, args: readonly Node[], extra: Partial<OpNode> = {}): OpNode =>
    type.width > 400 ? operation('cast', [a], wanted) : operation(op, args, type, extra);
  switch (op) {
    case 'add':
      return bounded(exact(corners((x, y) => x + y)), [a, b]);
    case 'sub':
      return bounded(exact(corners((x, y) => x - y)), [a, b]);
    case 'mul':
      return bounded(exact(corners((x, y) => x * y)), [a, b]);
    case 'neg':
      return bounded(exact([-ra.lo, -ra.hi]), [a]);
    case 'and':
    case 'or':
    case 'xor':
      return operation(op, [a, b], wanted);
    case 'not':
      return operation(op, [a], wanted);
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return operation(op, [a, b], BIT);
    case 'shl': {
      const amount = (pick[3] ?? 0) % 150;
      return bounded(exact([ra.lo << BigInt(amount), ra.hi << BigInt(amount)]), [a], { amount });
    }
    case 'shr': {
      const amount = (pick[3] ?? 0) % 150;
      return operation(op, [a], exact([ra.lo >> BigInt(amount), ra.hi >> BigInt(amount)]), { amount });
    }
    case 'shlDynamic':
    case 'shrDynamic': {
      const bits = op === 'shlDynamic' ? 1 + ((pick[3] ?? 0) % 7) : Math.min(b.type.width, 200);
      const distance = operation('cast', [b], { signed: false, width: bits });
      if (op === 'shrDynamic') return operation(op, [a, distance], a.type);
      const most = (1n << BigInt(bits)) - 1n;
      return bounded(exact([ra.lo, ra.hi, ra.lo << most, ra.hi << most]), [a, distance]);
    }
    case 'mux':
      return operation(op, [bitOf(a), b, c], exact([rb.lo, rb.hi, range(c.type).lo, range(c.type).hi]));
    case 'slice':
      return operation(op, [a], { signed: false, width: high - low + 1 }, { high, low });
    case 'cat':
      return bounded({ signed: false, width: a.type.width + b.type.width + c.type.width }, [a, b, c]);
    case 'cast':
      return operation(op, [a], wanted);
    case 'xorReduce':
      return operation(op, [a], BIT);
  }
}

export const OPS: readonly Op[] = [
  ...(['add', 'sub', 'mul', 'neg', 'and', 'or', 'xor', 'not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const),
  ...(['shl', 'shr', 'shlDynamic', 'shrDynamic', 'mux', 'slice', 'cat', 'cast', 'xorReduce'] as const),
];

/** Widths around the borders of the representations are as likely as all others. */
export const widths = fc.oneof(
  fc.integer({ min: 1, max: 130 }),
  fc.constantFrom(1, 8, 16, 31, 32, 33, 63, 64, 65, 127, 128),
);
export const types = fc.record({ signed: fc.boolean(), width: widths });
export const picks = fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 });
export const valueOf = (type: ScalarType): fc.Arbitrary<bigint> => {
  const { lo, hi } = range(type);
  return fc.oneof(
    fc.constantFrom(lo, hi, read(type, lo + 1n), read(type, 0n), read(type, hi >> 1n)),
    fc.bigInt({ min: lo, max: hi }),
  );
};
