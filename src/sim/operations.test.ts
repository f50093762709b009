/** Every operation at random widths against BigInt arithmetic, alone and inside larger expressions. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Design, InputNode, Node, OpNode, ScalarType } from '../hdl/index.js';
import { simulate } from './index.js';
import {
  build,
  OPS,
  picks,
  range,
  read,
  types,
  valueOf,
  widths,
  type Choice,
} from './testing/random-nodes.js';

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

function check(
  inputTypes: readonly ScalarType[],
  choices: readonly Choice[],
  values: readonly bigint[][],
): void {
  const inputs = inputTypes.map((type, i): InputNode => ({
    kind: 'input',
    id: i,
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
