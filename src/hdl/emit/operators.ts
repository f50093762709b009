/** Operator expressions: operands brought to the width and the signedness that Verilog's rules need. */
import type { Node, OpNode } from '../ir.js';
import { constantOf, operand, type ExpressionPrinter } from './expression.js';
import { type Form, type Rank, type Text, atom, constant, guarded, isolated, rank } from './text.js';

const symbols = { add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^' } as const;
const relations = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;
const bitwiseRank = { and: rank.and, or: rank.or, xor: rank.xor } as const;
const suffixes = { add: 'sum', sub: 'difference', mul: 'product', and: 'and', or: 'or', xor: 'xor' } as const;

/** Two texts that meet in one operator. */
interface Pair {
  readonly left: Text;
  readonly right: Text;
  readonly signed: boolean;
  readonly signBound: boolean;
  readonly form: Form;
}

/**
 * Brings two operands to one signedness. `signed` is what the operator needs; undefined: either will do, because both
 * operands have the full width, unless something inside one of them depends on it.
 */
function agree(printer: ExpressionPrinter, a: Text, b: Text, width: number, signed?: boolean): Pair {
  const wanted = signed ?? (a.signBound ? a.signed : b.signBound ? b.signed : undefined);
  const isFull = (text: Text): boolean => text.width === width && text.form !== 'open';
  const settle = (text: Text, other: Text): Text => {
    if (text.constant !== undefined) return constant(text.constant, text.width, wanted ?? other.signed);
    if (wanted === undefined || text.signed === wanted) return text;
    // One unsigned operand makes a whole expression unsigned, so only what depends on its sign is set apart.
    if (!wanted && !text.signBound && isFull(text)) return text;
    return isolated(printer.closed(text), wanted);
  };
  const right = settle(b, a);
  const settled = settle(a, b);
  const left =
    wanted === false && settled.signed && right.signed ? isolated(printer.closed(settled), false) : settled;
  return {
    left,
    right,
    signed: left.signed && right.signed,
    signBound: signed !== undefined || left.signBound || right.signBound,
    form: isFull(left) || isFull(right) ? 'closed' : 'open',
  };
}

/** An operand at its own width and signedness, safe from being computed any wider. */
const ownWidth = (printer: ExpressionPrinter, node: Node): Text =>
  isolated(printer.closed(printer.bits(node, node.type.width - 1, 0)), node.type.signed);

/** `add`, `sub`, `mul`: the low `width` bits. */
export function printArithmetic(printer: ExpressionPrinter, node: OpNode, width: number): Text {
  const { op } = node;
  if (op !== 'add' && op !== 'sub' && op !== 'mul') throw new RangeError(`${op} is no arithmetic`);
  const [a, b] = [operand(node, 0), operand(node, 1)];
  const pair = op === 'mul' ? productOperands(printer, a, b, width) : sumOperands(printer, a, b, width);
  const strength = op === 'mul' ? rank.product : rank.sum;
  return binary(pair, symbols[op], strength, width, suffixes[op], op === 'sub');
}

/** Operands of a sum: full width, or exactly one bit less, which every tool extends without complaint. */
function sumOperands(printer: ExpressionPrinter, a: Node, b: Node, width: number): Pair {
  const grows = (node: Node): boolean =>
    node.type.width === width - 1 && node.kind !== 'const' && !printer.isInlineProduct(node);
  const signed =
    grows(a) || grows(b) ? (grows(a) && a.type.signed) || (grows(b) && b.type.signed) : undefined;
  const prepared = (node: Node): Text =>
    grows(node) && node.type.signed === signed ? ownWidth(printer, node) : printer.bits(node, width - 1, 0);
  return agree(printer, prepared(a), prepared(b), width, signed);
}

/** Operands of a product keep their own widths; Verilog extends them by the expression's signedness. */
function productOperands(printer: ExpressionPrinter, a: Node, b: Node, width: number): Pair {
  if (a.type.width >= width && b.type.width >= width) {
    return agree(printer, printer.bits(a, width - 1, 0), printer.bits(b, width - 1, 0), width);
  }
  const signed = a.type.signed || b.type.signed;
  const prepared = (node: Node): Text => {
    const own = node.type.width + (signed && !node.type.signed ? 1 : 0);
    // `-3'sd3` is an operator on 3 bits: a wider context would have to extend inside it.
    if (own >= width || (constantOf(node) ?? 0n) < 0n) return printer.bits(node, width - 1, 0);
    const text = printer.bits(node, own - 1, 0);
    return isolated(printer.closed(text), signed);
  };
  return agree(printer, prepared(a), prepared(b), width, signed);
}

export function printBitwise(printer: ExpressionPrinter, node: OpNode, high: number, low: number): Text {
  const { op } = node;
  if (op !== 'and' && op !== 'or' && op !== 'xor') throw new RangeError(`${op} is not bitwise`);
  const width = high - low + 1;
  const [a, b] = [operand(node, 0), operand(node, 1)];
  const simple = withConstant(op, a, b, high, low) ?? withConstant(op, b, a, high, low);
  if (simple !== undefined) return printer.bits(simple, high, low);
  const pair = agree(printer, printer.bits(a, high, low), printer.bits(b, high, low), width);
  return binary(pair, symbols[op], bitwiseRank[op], width, suffixes[op], true);
}

/** A bitwise operation with all zeros or all ones is one of its operands. */
function withConstant(
  op: 'and' | 'or' | 'xor',
  node: Node,
  other: Node,
  high: number,
  low: number,
): Node | undefined {
  const value = constantOf(other);
  if (value === undefined) return undefined;
  const width = high - low + 1;
  const bits = BigInt.asUintN(width, value >> BigInt(low));
  if (bits === 0n) return op === 'and' ? other : node;
  if (bits === (1n << BigInt(width)) - 1n && op !== 'xor') return op === 'and' ? node : other;
  return undefined;
}

function binary(
  pair: Pair,
  symbol: string,
  strength: Rank,
  width: number,
  suffix: string,
  strict: boolean,
): Text {
  const { left, right, signed, signBound, form } = pair;
  const isBitwise = strength < rank.equality;
  // Bitwise operators are never mixed without parentheses: nobody remembers their order.
  const guard = (text: Text): string =>
    isBitwise && text.rank !== strength ? guarded(text, rank.unary) : guarded(text, strength);
  const rightText =
    strict && !isBitwise ? guarded(right, strength === rank.sum ? rank.product : rank.unary) : guard(right);
  const text = `${guard(left)} ${symbol} ${rightText}`;
  return { text, rank: strength, width, signed, signBound, form, suffix };
}

/** `not` and `neg`: the operand is extended in writing. */
export function printUnary(printer: ExpressionPrinter, node: OpNode, high: number, low: number): Text {
  const inner = printer.bits(operand(node, 0), high, low);
  const width = high - low + 1;
  if (node.op === 'not' && width === 1) return inverse(printer.closed(inner));
  const { signed, signBound } = inner;
  const [symbol, suffix] = node.op === 'neg' ? ['-', 'negative'] : ['~', 'not'];
  const text = `${symbol}${guarded(inner, rank.primary)}`;
  return { text, rank: rank.unary, width, signed, signBound, form: opened(inner), suffix };
}

const opened = (text: Text): Form => (text.form === 'open' ? 'open' : 'closed');

export function printMux(printer: ExpressionPrinter, node: OpNode, high: number, low: number): Text {
  const width = high - low + 1;
  const select = printer.selfDetermined(operand(node, 0));
  const [one, zero] = [printer.bits(operand(node, 1), high, low), printer.bits(operand(node, 2), high, low)];
  const { left, right, signed, signBound, form } = agree(printer, one, zero, width);
  const text = `${guarded(select, rank.or)} ? ${guarded(left, rank.or)} : ${right.text}`;
  return { text, rank: rank.conditional, width, signed, signBound, form, suffix: 'choice' };
}

export function printCompare(printer: ExpressionPrinter, node: OpNode): Text {
  const { op } = node;
  if (!isRelation(op)) throw new RangeError(`${op} is no comparison`);
  const [a, b] = [operand(node, 0), operand(node, 1)];
  const signed = a.type.signed || b.type.signed;
  const own = (arg: Node): number => arg.type.width + (signed && !arg.type.signed ? 1 : 0);
  const width = Math.max(own(a), own(b));
  const isEquality = op === 'eq' || op === 'ne';
  const bit = width === 1 && isEquality ? constantOf(b) : undefined;
  if (bit !== undefined) return asBit(printer, a, (bit !== 0n) === (op === 'eq'));
  const texts = agree(
    printer,
    printer.bits(a, width - 1, 0),
    printer.bits(b, width - 1, 0),
    width,
    isEquality ? undefined : signed,
  );
  const left = texts.form === 'open' ? printer.closed(texts.left) : texts.left;
  const strength = isEquality ? rank.equality : rank.relation;
  const text = `${guarded(left, rank.shift)} ${relations[op]} ${guarded(texts.right, rank.shift)}`;
  return { ...atom(text, 1, false, op), rank: strength };
}

const isRelation = (op: OpNode['op']): op is keyof typeof relations => op in relations;

/** A bit compared with a constant bit is the bit or its inverse. */
function asBit(printer: ExpressionPrinter, node: Node, straight: boolean): Text {
  const inner = printer.selfDetermined(node);
  return straight ? isolated(inner, false) : inverse(inner);
}

const inverse = (bit: Text): Text => ({
  ...atom(`!${guarded(bit, rank.primary)}`, 1, false, 'not'),
  rank: rank.unary,
});

/** `shlDynamic`, `shrDynamic`: the value at `width` bits, the distance on its own. */
export function printShift(printer: ExpressionPrinter, node: OpNode, width: number): Text {
  const value = printer.bits(operand(node, 0), width - 1, 0);
  const distance = printer.selfDetermined(operand(node, 1));
  const amount = guarded(distance.signed ? isolated(distance, false) : distance, rank.unary);
  const arithmetic = node.op === 'shrDynamic' && operand(node, 0).type.signed;
  const shifted = arithmetic && !value.signed ? isolated(printer.closed(value), true) : value;
  const symbol = node.op === 'shlDynamic' ? '<<' : arithmetic ? '>>>' : '>>';
  return {
    text: `${guarded(shifted, rank.unary)} ${symbol} ${amount}`,
    rank: rank.shift,
    width,
    signed: shifted.signed,
    signBound: arithmetic || shifted.signBound,
    form: opened(shifted),
    suffix: 'shifted',
  };
}
