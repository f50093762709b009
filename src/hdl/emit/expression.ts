/**
 * Prints expressions so that Verilog computes exactly the integers of `ir.ts`.
 *
 * Everything is printed as "bits `high`..`low` of the node's value in endless two's complement". Sums, products and
 * bitwise operations need only the same low bits of their operands, so wrapping costs nothing and no operand is ever
 * extended by accident: where Verilog would extend on its own, it is done in writing, except for the two growths that
 * every tool and reader expects (`a + b` one bit wider than its operands, `a * b` as wide as both).
 */
import type { ConstNode, Node, OpNode } from '../ir.js';
import { declaration } from './constant.js';
import type { Names } from './names.js';
import { type Net, partText, type ReadBits, wholeNet } from './nets.js';
import {
  printArithmetic,
  printBitwise,
  printCompare,
  printMux,
  printShift,
  printUnary,
} from './operators.js';
import { type Text, atom, concatenation, constant } from './text.js';

export class ExpressionPrinter {
  /** The wires printed so far, in an order in which each uses only earlier ones. */
  readonly wires: string[] = [];

  constructor(
    private readonly nets: Map<Node, Net>,
    private readonly names: Names,
    private readonly readBits: ReadBits,
    /** Name of what the present expression drives: forced wires are named after it. */
    private consumer = '',
  ) {}

  setConsumer(name: string): void {
    this.consumer = name;
  }

  /** For a place that supplies a context of the node's own width: the right side of an assignment. */
  driver(node: Node): string {
    return this.bits(node, node.type.width - 1, 0).text;
  }

  /** For a place that supplies no context: conditions, ports, subjects. Unsigned bits of the node's type. */
  selfDetermined(node: Node, width = node.type.width): Text {
    return this.closed(this.bits(node, width - 1, 0));
  }

  /** Bits `high`..`low` of the node's value. */
  bits(node: Node, high: number, low: number): Text {
    const net = this.nets.get(node);
    if (net !== undefined) return this.fromNet(net, high, low);
    if (node.kind === 'const') return constant(node.value >> BigInt(low), high - low + 1, node.type.signed);
    if (node.kind !== 'op') throw new RangeError(`${node.kind} node without a name`);
    if (high < node.type.width || growsByItself(node, low)) return this.operation(node, high, low);
    return this.extended(node, high, low);
  }

  /** A node that reaches beyond its type: its own sign continues. */
  private extended(node: OpNode, high: number, low: number): Text {
    const { width, signed } = node.type;
    if (signed) return this.fromNet(this.wire(node, width), high, low);
    if (low >= width) return constant(0n, high - low + 1, false);
    const kept = this.closed(this.bits(node, width - 1, low));
    return concatenation([constant(0n, high - width + 1, false), kept]);
  }

  private operation(node: OpNode, high: number, low: number): Text {
    const first = operand(node, 0);
    switch (node.op) {
      case 'cast':
        return this.bits(first, high, low);
      case 'slice': {
        const from = node.low ?? 0;
        return this.bits(first, high + from, low + from);
      }
      case 'shr': {
        const from = node.amount ?? 0;
        return this.bits(first, high + from, low + from);
      }
      case 'shl':
        return this.shiftedLeft(first, node.amount ?? 0, high, low);
      case 'cat':
        return this.concatenated(node, high, low);
      case 'and':
      case 'or':
      case 'xor':
        return printBitwise(this, node, high, low);
      case 'mux':
        return printMux(this, node, high, low);
      case 'not':
        return printUnary(this, node, high, low);
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return printCompare(this, node);
      case 'xorReduce': {
        const whole = this.selfDetermined(first);
        return {
          ...atom(`^${whole.rank < 10 ? `(${whole.text})` : whole.text}`, 1, false, 'parity'),
          rank: 9,
        };
      }
      case 'shrDynamic': {
        const width = first.type.width;
        if (low > 0 || high !== width - 1) return this.fromNet(this.wire(node, width), high, low);
        return printShift(this, node, width);
      }
      case 'add':
      case 'sub':
      case 'mul':
      case 'neg':
      case 'shlDynamic':
        if (low > 0) return this.fromNet(this.wire(node, high + 1), high, low);
        if (node.op === 'shlDynamic') return printShift(this, node, high + 1);
        if (node.op === 'neg') return printUnary(this, node, high, 0);
        return printArithmetic(this, node, high + 1);
    }
  }

  private shiftedLeft(value: Node, amount: number, high: number, low: number): Text {
    if (high < amount) return constant(0n, high - low + 1, false);
    if (low >= amount) return this.bits(value, high - amount, low - amount);
    const kept = this.closed(this.bits(value, high - amount, 0));
    return concatenation([kept, constant(0n, amount - low, false)]);
  }

  private concatenated(node: OpNode, high: number, low: number): Text {
    const kept: { readonly node: Node; readonly net: Net | undefined; high: number; readonly low: number }[] =
      [];
    let from = 0;
    for (const part of [...node.args].reverse()) {
      const { width } = part.type;
      const partHigh = Math.min(high - from, width - 1);
      const partLow = Math.max(low - from, 0);
      from += width;
      if (partHigh < partLow) continue;
      const net = this.nets.get(part);
      const last = kept.at(-1);
      const continues =
        net !== undefined && last?.net?.name === net.name && last.high + 1 === net.offset + partLow;
      if (continues) last.high = net.offset + partHigh;
      else {
        const offset = net?.offset ?? 0;
        kept.push({ node: part, net, high: partHigh + offset, low: partLow + offset });
      }
    }
    const texts = kept.map((piece) =>
      piece.net === undefined
        ? this.bits(piece.node, piece.high, piece.low)
        : this.select({ ...piece.net, offset: 0 }, piece.high, piece.low),
    );
    return concatenation(texts.map((text) => this.closed(text)).reverse());
  }

  private fromNet(net: Net, high: number, low: number): Text {
    const top = net.width - 1;
    if (high <= top) return this.select(net, high, low);
    const missing = high - Math.max(top, low - 1);
    if (!net.signed) {
      const zeros = constant(0n, missing, false);
      return low > top ? zeros : concatenation([zeros, this.select(net, top, low)]);
    }
    const sign = this.select(net, top, top).text;
    const copies = missing === 1 ? sign : `{${missing}{${sign}}}`;
    const fill = { ...atom(missing === 1 ? copies : `{${copies}}`, missing, false), parts: [copies] };
    return low > top ? fill : concatenation([fill, this.select(net, top, low)]);
  }

  private select(net: Net, high: number, low: number): Text {
    const [from, to] = [low + net.offset, high + net.offset];
    this.readBits.read(net.name, to, from);
    const whole = from === 0 && to === net.netWidth - 1;
    return atom(partText(net.name, to, from, net.netWidth), high - low + 1, whole && net.netSigned);
  }

  /** Gives a node a wire for its low `width` bits and prints it. */
  wire(node: OpNode, width: number, name?: string): Net {
    const full = width === node.type.width;
    const signed = node.op === 'shrDynamic' && !full ? operand(node, 0).type.signed : node.type.signed;
    const isShift = node.op === 'shrDynamic' && width === operand(node, 0).type.width;
    const printed = isShift ? printShift(this, node, width) : this.bits(node, width - 1, 0);
    const net = this.declare(printed, signed, name);
    if (full) this.nets.set(node, net);
    return net;
  }

  private declare(text: Text, signed: boolean, name?: string): Net {
    const ownName = name ?? this.names.unique(`${this.consumer}_${text.suffix}`);
    this.wires.push(`${declaration('wire', signed, text.width, ownName)} = ${text.text};`);
    this.readBits.declare(ownName, text.width);
    return wholeNet(ownName, text.width, signed);
  }

  /** Whether a node will be printed as a product in place, which is right at any width. */
  isInlineProduct(node: Node): boolean {
    let inner = node;
    while (inner.kind === 'op' && inner.op === 'cast' && !this.nets.has(inner) && growsByItself(inner, 0)) {
      inner = operand(inner, 0);
    }
    return inner.kind === 'op' && inner.op === 'mul' && !this.nets.has(inner);
  }

  /** Makes an open text usable where nothing supplies its width. */
  closed(text: Text): Text {
    if (text.form !== 'open') return text;
    return this.select(this.declare(text, text.signed), text.width - 1, 0);
  }
}

/** Operations whose printed form is right at any width beyond their type: their operands simply continue. */
function growsByItself(node: OpNode, low: number): boolean {
  switch (node.op) {
    case 'shl':
    case 'shr':
      return true;
    case 'mul':
      return low === 0;
    case 'cast': {
      const from = operand(node, 0);
      return from.lo >= lowest(node) && from.hi <= highest(node);
    }
    default:
      return false;
  }
}

const lowest = ({ type }: Node): bigint => (type.signed ? -(1n << BigInt(type.width - 1)) : 0n);
const highest = ({ type }: Node): bigint => (1n << BigInt(type.signed ? type.width - 1 : type.width)) - 1n;

/** An operand by position. */
export function operand(node: OpNode, index: number): Node {
  const arg = node.args[index];
  if (arg === undefined) throw new RangeError(`${node.op} has no operand ${index}`);
  return arg;
}

/** The value of a node that is a constant. */
export const constantOf = (node: Node): bigint | undefined => asConstant(node)?.value;
const asConstant = (node: Node): ConstNode | undefined => (node.kind === 'const' ? node : undefined);
