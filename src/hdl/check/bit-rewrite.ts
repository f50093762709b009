/** Rewrites values so that each bit range reads only what it depends on. */
import type { Graph } from '../graph.js';
import type { Node, OpNode } from '../ir.js';

/** A stretch of a wire that has become a wire of its own; `high` and `low` are positions in the old one. */
export interface Segment {
  readonly wire: Node;
  readonly high: number;
  readonly low: number;
}

export class BitRewriter {
  private readonly known = new Map<Node, Map<string, Node>>();

  constructor(
    private readonly graph: Graph,
    /** The nodes on loops; everything else stays as it is. */
    private readonly looping: ReadonlySet<Node>,
    /** The segments of split wires, lowest first. */
    private readonly segments: ReadonlyMap<Node, readonly Segment[]>,
  ) {}

  /** The same value, of the same type. */
  whole(node: Node): Node {
    if (!this.looping.has(node) || (node.kind !== 'op' && !this.segments.has(node))) return node;
    return this.graph.cast(this.bits(node, node.type.width - 1, 0), node.type, { lo: node.lo, hi: node.hi });
  }

  /** Bits `high`..`low` of a value in endless two's complement, unsigned. */
  bits(node: Node, high: number, low: number): Node {
    const { width, signed } = node.type;
    if (high < width) return this.inside(node, high, low);
    if (!signed && low >= width) return this.graph.constant(0n, { signed: false, width: high - low + 1 });
    const from = Math.min(low, width - 1);
    const kept = this.graph.cast(this.inside(node, width - 1, from), { signed, width: width - from });
    const extended = this.graph.cast(kept, { signed: false, width: high - from + 1 });
    return this.graph.slice(extended, high - from, low - from);
  }

  private inside(node: Node, high: number, low: number): Node {
    const ofNode = this.known.get(node) ?? new Map<string, Node>();
    this.known.set(node, ofNode);
    const key = `${high}:${low}`;
    const known = ofNode.get(key) ?? this.made(node, high, low);
    ofNode.set(key, known);
    return known;
  }

  private made(node: Node, high: number, low: number): Node {
    const segments = this.segments.get(node);
    if (segments !== undefined) return this.fromSegments(segments, high, low);
    if (node.kind !== 'op' || !this.looping.has(node)) return this.pattern(node, high, low);
    return this.operation(node, high, low);
  }

  private pattern(node: Node, high: number, low: number): Node {
    return this.graph.slice(node, high, low);
  }

  private fromSegments(segments: readonly Segment[], high: number, low: number): Node {
    const parts = segments
      .filter((segment) => segment.high >= low && segment.low <= high)
      .map((segment) =>
        this.pattern(
          segment.wire,
          Math.min(high, segment.high) - segment.low,
          Math.max(low, segment.low) - segment.low,
        ),
      );
    return this.joined(parts);
  }

  /** Lowest first. */
  private joined(parts: readonly Node[]): Node {
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : this.graph.cat([...parts].reverse());
  }

  private operation(node: OpNode, high: number, low: number): Node {
    const { graph } = this;
    const amount = node.amount ?? 0;
    const args = node.args;
    const [first = node, second = node, third = node] = args;
    switch (node.op) {
      case 'and':
      case 'or':
      case 'xor':
        return graph.bitwise(node.op, this.bits(first, high, low), this.bits(second, high, low));
      case 'not':
        return graph.not(this.bits(first, high, low));
      case 'cast':
        return this.bits(first, high, low);
      case 'slice':
        return this.bits(first, high + (node.low ?? 0), low + (node.low ?? 0));
      case 'shr':
        return this.bits(first, high + amount, low + amount);
      case 'shl':
        return this.shiftedLeft(first, amount, high, low);
      case 'mux':
        return graph.mux(this.whole(first), this.bits(second, high, low), this.bits(third, high, low));
      case 'cat':
        return this.concatenated(args, high, low);
      case 'add':
      case 'sub':
      case 'mul': {
        const [a, b] = [this.bits(first, high, 0), this.bits(second, high, 0)];
        return this.low(graph.arithmetic(node.op, a, b, node.op === 'sub'), high, low);
      }
      case 'neg':
        return this.low(graph.neg(this.bits(first, high, 0)), high, low);
      case 'shlDynamic':
        return this.low(graph.shiftLeftDynamic(this.bits(first, high, 0), this.whole(second)), high, low);
      case 'shrDynamic': {
        const top = Math.max(high, first.type.width - 1);
        const upper = this.bits(first, top, low);
        const value = graph.cast(upper, { signed: first.type.signed, width: top - low + 1 });
        return this.low(graph.shiftRightDynamic(value, this.whole(second)), high - low, 0);
      }
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return graph.compare(node.op, this.whole(first), this.whole(second));
      case 'xorReduce':
        return graph.xorReduce(this.whole(first));
    }
  }

  /** Bits of a fresh node, which may be narrower than asked for where its range is small. */
  private low(node: Node, high: number, low: number): Node {
    const width = high + 1;
    const reached =
      node.type.width >= width ? node : this.graph.cast(node, { signed: node.type.signed, width });
    return this.pattern(reached, high, low);
  }

  private shiftedLeft(value: Node, amount: number, high: number, low: number): Node {
    const zeros = Math.min(high + 1, amount) - low;
    if (zeros <= 0) return this.bits(value, high - amount, low - amount);
    const zero = this.graph.constant(0n, { signed: false, width: zeros });
    return high < amount ? zero : this.graph.cat([this.bits(value, high - amount, 0), zero]);
  }

  private concatenated(args: readonly Node[], high: number, low: number): Node {
    const parts: Node[] = [];
    let offset = 0;
    for (const part of [...args].reverse()) {
      const top = Math.min(high - offset, part.type.width - 1);
      const bottom = Math.max(low - offset, 0);
      if (top >= bottom) parts.push(this.bits(part, top, bottom));
      offset += part.type.width;
    }
    return this.joined(parts);
  }
}
