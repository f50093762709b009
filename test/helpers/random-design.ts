/** Random combinational Designs over every operation, for testing emitters and simulators. */
import { Graph } from '../../src/hdl/graph.js';
import type { Design, InputNode, Node, Op, Port, ScalarType } from '../../src/hdl/index.js';
import { typeRange } from '../../src/num/index.js';
import { evaluate } from './evaluate.js';

/** A small generator of numbers 0 .. bound-1. */
export type Dice = (bound: number) => number;

/** mulberry32 */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((((t ^ (t >>> 14)) >>> 0) / 4294967296) * bound) >>> 0;
  };
}

const widths = [1, 1, 2, 3, 4, 5, 7, 8, 8, 9, 12, 16, 31, 32, 33, 40];
const maxWidth = 90;

export interface RandomDesign {
  readonly design: Design;
  readonly inputs: readonly InputNode[];
  readonly outputs: readonly { readonly name: string; readonly node: Node }[];
}

export function randomDesign(roll: Dice, name: string, operations: number): RandomDesign {
  const graph = new Graph();
  const inputs = Array.from({ length: 8 }, (_, i): InputNode => {
    const type = { signed: i % 2 === 1, width: pick(roll, widths) };
    return { kind: 'input', id: graph.nextId(), name: `in${i}`, type, ...typeRange(type.signed, type.width) };
  });
  const pool: Node[] = [
    ...inputs,
    graph.constant(5n),
    graph.constant(-3n),
    graph.constant(0n),
    graph.constant(1n),
  ];
  const labels: Node[] = [];
  for (let i = 0; i < operations; i++) {
    const node = folded(graph, randomOperation(roll, graph, pool));
    if (node.kind === 'op' && node.name === undefined && roll(12) === 0) {
      Object.assign(node, { name: `label${labels.length}` });
      labels.push(node);
    }
    pool.push(node);
  }
  const made = pool.slice(inputs.length + 4);
  const outputs = made.map((node, i) => ({ name: `out${i}`, node }));
  const ports: Port[] = [
    ...inputs.map((node): Port => ({ name: node.name, direction: 'in', type: node.type, driver: node })),
    ...outputs.map(({ name: port, node }): Port => ({
      name: port,
      direction: 'out',
      type: node.type,
      driver: node,
    })),
  ];
  const kept =
    roll(2) === 0
      ? ports
      : ports.filter(({ direction, name: port }) => direction === 'in' || Number(port.slice(3)) % 3 === 0);
  return {
    design: { ...emptyDesign(name), ports: kept, labels },
    inputs,
    outputs: outputs.filter(({ name: port }) => kept.some((p) => p.name === port)),
  };
}

export const emptyDesign = (name: string): Design => ({
  kind: 'design',
  name,
  parameters: {},
  ports: [],
  usesClock: false,
  usesReset: false,
  regs: [],
  wires: [],
  labels: [],
  memories: [],
  instances: [],
  statements: [],
});

/** Operations on constants are constants: linters rightly complain about comparing those. */
const folded = (graph: Graph, node: Node): Node =>
  node.kind === 'op' && node.args.every(({ kind }) => kind === 'const')
    ? graph.constant(evaluate(node, new Map()), node.type)
    : node;

function pick<T>(roll: Dice, items: readonly T[]): T {
  const item = items[roll(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

const operations: readonly Op[] = [
  'add',
  'add',
  'sub',
  'sub',
  'mul',
  'mul',
  'neg',
  'and',
  'or',
  'xor',
  'not',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'shl',
  'shr',
  'shlDynamic',
  'shrDynamic',
  'mux',
  'mux',
  'slice',
  'cat',
  'cast',
  'cast',
  'cast',
  'xorReduce',
];

function randomOperation(roll: Dice, graph: Graph, pool: readonly Node[]): Node {
  const any = (): Node => (roll(2) === 0 ? pick(roll, pool) : pick(roll, pool.slice(-6)));
  const [a, b] = [any(), any()];
  const narrow = (node: Node): Node =>
    node.type.width > 24 ? graph.cast(node, { signed: node.type.signed, width: 1 + roll(24) }) : node;
  const fit = (node: Node): Node =>
    node.type.width > maxWidth ? graph.cast(node, { signed: node.type.signed, width: 1 + roll(40) }) : node;
  const op = pick(roll, operations);
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul': {
      const isSigned = op === 'sub' || a.lo < 0n || b.lo < 0n || a.type.signed || b.type.signed;
      return fit(graph.arithmetic(op, a, b, isSigned));
    }
    case 'neg':
      return fit(graph.neg(a));
    case 'and':
    case 'or':
    case 'xor':
      return mixedBitwise(graph, op, a, b, roll(2) === 0);
    case 'not':
      return graph.not(a);
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return graph.compare(op, a, b);
    case 'shl':
      return fit(graph.shiftLeft(a, roll(9)));
    case 'shr':
      return graph.shiftRight(a, roll(a.type.width + 2));
    case 'shlDynamic':
    case 'shrDynamic': {
      const amount = graph.cast(a, { signed: false, width: 1 + roll(3) });
      return fit(
        op === 'shlDynamic' ? graph.shiftLeftDynamic(narrow(b), amount) : graph.shiftRightDynamic(b, amount),
      );
    }
    case 'mux':
      return graph.mux(graph.cast(any(), { signed: false, width: 1 }), a, b);
    case 'slice': {
      const low = roll(a.type.width);
      return graph.slice(a, low + roll(a.type.width - low), low);
    }
    case 'cat':
      return fit(graph.cat(roll(2) === 0 ? [a, b] : [a, b, any()]));
    case 'cast':
      return graph.cast(a, {
        signed: roll(2) === 0,
        width: Math.max(1, Math.min(maxWidth, a.type.width + roll(9) - 6)),
      });
    case 'xorReduce':
      return a.kind === 'const' ? a : graph.xorReduce(a);
  }
}

function mixedBitwise(graph: Graph, op: 'and' | 'or' | 'xor', a: Node, b: Node, signed: boolean): Node {
  if (a.type.signed === b.type.signed) return graph.bitwise(op, a, b);
  const type: ScalarType = { signed, width: Math.max(a.type.width, b.type.width) };
  return graph.op(op, [a, b], { type, range: typeRange(type.signed, type.width) });
}

/** A value inside the node's range: often an extreme one. */
export function randomValue(roll: Dice, { type }: Node): bigint {
  const { lo, hi } = typeRange(type.signed, type.width);
  const kind = roll(5);
  if (kind === 0) return lo;
  if (kind === 1) return hi;
  if (kind === 2) return lo < 0n ? -1n : 0n;
  let bits = 0n;
  for (let i = 0; i < type.width; i += 24) bits = (bits << 24n) | BigInt(roll(1 << 24));
  return lo + (bits % (hi - lo + 1n));
}
