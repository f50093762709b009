/** The integer semantics of `ir.ts`, spelled out once more: the yardstick for emitters. */
import type { Node, OpNode } from '../../src/hdl/index.js';

const pattern = (value: bigint, width: number): bigint => BigInt.asUintN(width, value);
const read = (bits: bigint, { signed, width }: Node['type']): bigint =>
  signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
const flag = (condition: boolean): bigint => (condition ? 1n : 0n);

/** The value of a node; `known` holds the inputs and collects every value computed. */
export function evaluate(node: Node, known: Map<Node, bigint>): bigint {
  const value = known.get(node);
  if (value !== undefined) return value;
  if (node.kind === 'const') return node.value;
  if (node.kind !== 'op') throw new Error(`no value for ${node.kind}`);
  const result = apply(
    node,
    node.args.map((arg) => evaluate(arg, known)),
  );
  known.set(node, result);
  return result;
}

function apply(node: OpNode, values: readonly bigint[]): bigint {
  const [a = 0n, b = 0n, c = 0n] = values;
  const amount = BigInt(node.amount ?? 0);
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
      return read(a & b, node.type);
    case 'or':
      return read(a | b, node.type);
    case 'xor':
      return read(a ^ b, node.type);
    case 'not':
      return read(~a, node.type);
    case 'eq':
      return flag(a === b);
    case 'ne':
      return flag(a !== b);
    case 'lt':
      return flag(a < b);
    case 'le':
      return flag(a <= b);
    case 'gt':
      return flag(a > b);
    case 'ge':
      return flag(a >= b);
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
      return pattern(a >> BigInt(node.low ?? 0), node.type.width);
    case 'cat':
      return node.args.reduce(
        (bits, arg, i) => (bits << BigInt(arg.type.width)) | pattern(values[i] ?? 0n, arg.type.width),
        0n,
      );
    case 'cast':
      return read(a, node.type);
    case 'xorReduce':
      return parity(pattern(a, node.args[0]?.type.width ?? 1));
  }
}

function parity(bits: bigint): bigint {
  let odd = 0n;
  for (let rest = bits; rest > 0n; rest >>= 1n) odd ^= rest & 1n;
  return odd;
}
