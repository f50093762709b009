/** Values of which only the low bits are used, computed in 32 or 64 bits instead of exactly. */

import type { Node, Op } from '../hdl/index.js';

/** Operations whose low bits depend on the same low bits of their operands only. */
const KEEPS_LOW: ReadonlySet<Op> = new Set<Op>([
  'add',
  'sub',
  'mul',
  'neg',
  'and',
  'or',
  'xor',
  'not',
  'shl',
  'mux',
  'cast',
]);
const MAX_DEPTH = 200;

/** Rewrites operands of casts and slices; one per template, so that shared operands stay shared. */
export class LowBits {
  private readonly known: Readonly<Record<32 | 64, Map<Node, Node>>> = { 32: new Map(), 64: new Map() };

  /** The operands of an operation; of what a cast or slice cuts off, no bit above the word is computed. */
  operands(node: Node & { readonly kind: 'op' }): readonly Node[] {
    const needed =
      node.op === 'cast' ? node.type.width : node.op === 'slice' ? (node.high ?? Infinity) + 1 : Infinity;
    const [operand] = node.args;
    if (operand === undefined || needed > 64) return node.args;
    return [this.reduced(operand, needed <= 32 ? 32 : 64, 0)];
  }

  /** A node with the same low `bits` bits, of type sint(bits) if it is not `node` itself. */
  private reduced(node: Node, bits: 32 | 64, depth: number): Node {
    if (node.kind !== 'op' || node.type.width <= bits || !KEEPS_LOW.has(node.op) || depth > MAX_DEPTH)
      return node;
    const known = this.known[bits].get(node);
    if (known !== undefined) return known;
    const { op, amount, args } = node;
    const reduced: Node = {
      kind: 'op',
      id: -1,
      op,
      type: { signed: true, width: bits },
      lo: -(1n << BigInt(bits - 1)),
      hi: (1n << BigInt(bits - 1)) - 1n,
      args: args.map((arg, i) => (op === 'mux' && i === 0 ? arg : this.reduced(arg, bits, depth + 1))),
      ...(amount === undefined ? {} : { amount }),
    };
    this.known[bits].set(node, reduced);
    return reduced;
  }
}
