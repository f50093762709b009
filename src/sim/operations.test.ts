/** Every operation at random widths against BigInt arithmetic, alone and inside larger expressions. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Design, InputNode, Node, Op, OpNode, ScalarType } from '../hdl/index.js';
import { simulate } from './index.js';

const BIT: ScalarType = { signed: false, width: 1 };
const range = ({ signed, width }: ScalarType): { lo: bigint; hi: bigint } =>
  signed
    ? { lo: -(1n << BigInt(width - 1)), hi: (1n << BigInt(width - 1)) - 1n }
    : { lo: 0n, hi: (1n << BigInt(width)) - 1n };

/** The smallest type that holds lo..hi. */
function typeFor(lo: bigint, hi: bigint): ScalarType {
  const signed = lo < 0n;
  let width = 1;
  while (range({ signed, width }).lo > lo || range({ signed, width }).hi < hi) width++;
  return { signed, width };
}

const read = (type: ScalarType, pattern: bigint): bigint =>
  type.signed ? BigInt.asIntN(type.width, pattern) : BigInt.asUintN(type.width, pattern);

/** The documented meaning of each operation. */
function evaluate(node: OpNode, values: readonly bigint[]): bigint {
  const [a = 0n, b = 0n, c = 0n] = values;
  const amount = BigInt(node.amount ?? 0);
  const bit = (condition: boolean): bigint => (condition ? 1n : 0n);
  switch (node.op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'neg':
      return -a;
    case 'and':
      return read(node.type, a & b);
    case 'or':
      return read(node.type, a | b);
    case 'xor':
      return read(node.type, a ^ b);
    case 'not':
      return read(node.type, ~a);
    case 'eq':
      return bit(a === b);
    case 'ne':
      return bit(a !== b);
    case 'lt':
      return bit(a < b);
    case 'le':
      return bit(a <= b);
    case 'gt':
      return bit(a > b);
    case 'ge':
      return bit(a >= b);
    case 'shl':
      return a << amount;
    case 'shr':
      return a >> amount;
    case 'shlDynamic':
      return a << b;
    case 'shrDynamic':
      return a >> b;
    case 'mux':
      return a === 1n ? b : c;
    case 'slice':
      return read(node.type, a >> BigInt(node.low ?? 0));
    case 'cat':
      return node.args.reduce(
        (word, arg, i) => (word << BigInt(arg.type.width)) | BigInt.asUintN(arg.type.width, values[i] ?? 0n),
        0n,
      );
    case 'cast':
      return read(node.type, a);
    case 'xorReduce': {
      const ones = BigInt.asUintN(node.args[0]?.type.width ?? 1, a)
        .toString(2)
        .replaceAll('0', '');
      return BigInt(ones.length % 2);
    }
  }
}

let nextId = 0;
function operation(op: Op, args: readonly Node[], type: ScalarType, extra: Partial<OpNode> = {}): OpNode {
  return { kind: 'op', id: nextId++, op, args, type, ...range(type), ...extra };
}

interface Choice {
  readonly op: Op;
  readonly pick: readonly number[];
  readonly width: number;
  readonly signed: boolean;
}

/** An operation on some of `nodes`; types grow exactly, or the choice falls back to a cast when they would explode. */
function build({ op, pick, width, signed }: Choice, nodes: readonly Node[]): OpNode {
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

function designOf(inputs: readonly InputNode[], results: readonly Node[]): Design {
  return {
    kind: 'design',
    name: 'expressions',
    parameters: {},
    ports: [
      ...inputs.map((node) => ({ name: node.name, direction: 'in' as const, type: node.type, driver: node })),
      ...results.map((node, i) => ({
        name: `y${i}`,
        direction: 'out' as const,
        type: node.type,
        driver: node,
      })),
    ],
    usesClock: false,
    usesReset: false,
    regs: [],
    wires: [],
    labels: [],
    memories: [],
    instances: [],
    statements: [],
  };
}

const OPS: readonly Op[] = [
  ...(['add', 'sub', 'mul', 'neg', 'and', 'or', 'xor', 'not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const),
  ...(['shl', 'shr', 'shlDynamic', 'shrDynamic', 'mux', 'slice', 'cat', 'cast', 'xorReduce'] as const),
];

/** Widths around the borders of the representations are as likely as all others. */
const widths = fc.oneof(
  fc.integer({ min: 1, max: 130 }),
  fc.constantFrom(1, 8, 16, 31, 32, 33, 63, 64, 65, 127, 128),
);
const types = fc.record({ signed: fc.boolean(), width: widths });
const picks = fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 });
const valueOf = (type: ScalarType): fc.Arbitrary<bigint> => {
  const { lo, hi } = range(type);
  return fc.oneof(
    fc.constantFrom(lo, hi, read(type, lo + 1n), read(type, 0n), read(type, hi >> 1n)),
    fc.bigInt({ min: lo, max: hi }),
  );
};

function check(
  inputTypes: readonly ScalarType[],
  choices: readonly Choice[],
  values: readonly bigint[][],
): void {
  nextId = 0;
  const inputs = inputTypes.map((type, i): InputNode => ({
    kind: 'input',
    id: nextId++,
    name: `x${i}`,
    type,
    ...range(type),
  }));
  const nodes: Node[] = [...inputs];
  for (const choice of choices) nodes.push(build(choice, nodes));
  const results = nodes.slice(inputs.length);
  const sim = simulate(designOf(inputs, results));
  for (const row of values) {
    const known = new Map<Node, bigint>();
    const value = (node: Node): bigint => {
      const found = known.get(node);
      if (found !== undefined) return found;
      if (node.kind !== 'op') throw new Error('not an operation');
      const result = evaluate(node, node.args.map(value));
      known.set(node, result);
      return result;
    };
    inputs.forEach((node, i) => {
      known.set(node, row[i] ?? 0n);
      sim.poke(node.name, row[i] ?? 0n);
    });
    results.forEach((node, i) => {
      const expected = value(node);
      const got = sim.peek(`y${i}`);
      if (got !== expected) {
        const text =
          node.kind === 'op'
            ? `${node.op}(${node.args.map((arg) => `${arg.type.signed ? 's' : 'u'}${arg.type.width} = ${value(arg)}`).join(', ')})`
            : '';
        expect.fail(
          `${text} amount ${node.kind === 'op' ? node.amount : ''} low ${node.kind === 'op' ? node.low : ''} -> ${node.type.signed ? 's' : 'u'}${node.type.width}: expected ${expected}, got ${got}`,
        );
      }
    });
  }
}

const rowsFor = (inputTypes: readonly ScalarType[]): fc.Arbitrary<bigint[][]> =>
  fc.array(fc.tuple(...inputTypes.map(valueOf)), { minLength: 4, maxLength: 4 });

describe('operations', () => {
  it.each(OPS)('%s equals integer arithmetic at any width', (op) => {
    fc.assert(
      fc.property(
        fc.tuple(types, types, types, types, picks).chain(([a, b, c, wanted, pick]) =>
          fc.tuple(
            fc.constant({
              inputs: [a, b, c],
              choice: { op, pick: [0, 1, 2, pick[3] ?? 0, pick[4] ?? 0], ...wanted },
            }),
            rowsFor([a, b, c]),
          ),
        ),
        ([{ inputs, choice }, rows]) => check(inputs, [choice], rows),
      ),
      { numRuns: 120 },
    );
  });

  it('expressions of many operations equal integer arithmetic', () => {
    const choice = fc.record({
      op: fc.constantFrom(...OPS),
      pick: picks,
      width: widths,
      signed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc
          .tuple(
            fc.array(types, { minLength: 1, maxLength: 4 }),
            fc.array(choice, { minLength: 1, maxLength: 40 }),
          )
          .chain(([inputs, choices]) => fc.tuple(fc.constant(inputs), fc.constant(choices), rowsFor(inputs))),
        ([inputs, choices, rows]) => check(inputs, choices, rows),
      ),
      { numRuns: 200 },
    );
  });
});
