/** Operations whose result has at most 64 bits. Values are canonical: sign- or zero-extended to i32 or i64. */

import type { OpNode } from '../hdl/index.js';
import type { Cell } from './cell.js';
import type { Emitter } from './emitter.js';
import { classOf, limbsOf, LONG, NARROW, WIDE, widthClass, type ValueClass } from './layout.js';
import { Op } from './wasm.js';
import { canonicalize, wasmType } from './writer.js';

type NarrowClass = typeof NARROW | typeof LONG;

/** Instructions by class. */
const TABLE = {
  add: [Op.i32Add, Op.i64Add],
  sub: [Op.i32Sub, Op.i64Sub],
  mul: [Op.i32Mul, Op.i64Mul],
  and: [Op.i32And, Op.i64And],
  or: [Op.i32Or, Op.i64Or],
  xor: [Op.i32Xor, Op.i64Xor],
  shl: [Op.i32Shl, Op.i64Shl],
  shrS: [Op.i32ShrS, Op.i64ShrS],
  shrU: [Op.i32ShrU, Op.i64ShrU],
  eq: [Op.i32Eq, Op.i64Eq],
  ne: [Op.i32Ne, Op.i64Ne],
  ltU: [Op.i32LtU, Op.i64LtU],
  gtU: [Op.i32GtU, Op.i64GtU],
} as const;

const instruction = (name: keyof typeof TABLE, cls: NarrowClass): number => TABLE[name][cls];
/** lt, gt, le, ge follow each other in the opcode space: signed, unsigned, signed ... */
const COMPARE = { lt: 0, gt: 2, le: 4, ge: 6 } as const;
const compareInstruction = (op: keyof typeof COMPARE, cls: NarrowClass, signed: boolean): number =>
  (cls === NARROW ? Op.i32LtS : Op.i64LtU - 1) + COMPARE[op] + (signed ? 0 : 1);

const bitsOf = (cls: NarrowClass): number => (cls === NARROW ? 32 : 64);
const narrowClass = (cls: ValueClass): NarrowClass => (cls === NARROW ? NARROW : LONG);

/** Brings the result of an operation cell with a narrow result on the stack. */
export function emitOperation(emitter: Emitter, cell: Cell): void {
  const { node } = cell;
  if (node.kind !== 'op') throw new RangeError(`cell ${cell.index} (${cell.kind}) is not an operation`);
  const { out } = emitter;
  const cls = narrowClass(classOf(node.type));
  const arg = (i: number): Cell => argument(cell, i);
  switch (node.op) {
    case 'add':
    case 'sub':
    case 'mul':
      emitter.pushAs(arg(0), cls);
      emitter.pushAs(arg(1), cls);
      {
        out.op(instruction(node.op, cls));
        return;
      }
    case 'neg':
      out.constant(cls, 0n);
      emitter.pushAs(arg(0), cls);
      {
        out.op(instruction('sub', cls));
        return;
      }
    case 'and':
    case 'or':
    case 'xor':
      emitter.pushAs(arg(0), cls);
      emitter.pushAs(arg(1), cls);
      out.op(instruction(node.op, cls));
      if (!bitwiseKeepsForm(cell)) canonicalize(out, node.type);
      return;
    case 'not':
      emitter.pushAs(arg(0), cls);
      out.constant(cls, -1n);
      out.op(instruction('xor', cls));
      {
        canonicalize(out, node.type);
        return;
      }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      compare(emitter, node.op, arg(0), arg(1));
      return;
    }
    case 'shl': {
      shiftLeft(emitter, cell, cls);
      return;
    }
    case 'shr': {
      shiftRight(emitter, cell, cls);
      return;
    }
    case 'shlDynamic':
    case 'shrDynamic': {
      shiftDynamic(emitter, cell, node, cls);
      return;
    }
    case 'mux': {
      mux(emitter, cell, cls);
      return;
    }
    case 'slice': {
      slice(emitter, cell, node, cls);
      return;
    }
    case 'cat': {
      concatenate(emitter, cell, node, cls);
      return;
    }
    case 'cast':
      emitter.pushAs(arg(0), cls);
      if (!fits(node, arg(0))) canonicalize(out, node.type);
      return;
    case 'xorReduce': {
      parity(emitter, cell, node);
      return;
    }
  }
}

export function argument(cell: Cell, i: number): Cell {
  const arg = cell.args[i];
  if (arg === undefined) throw new RangeError(`cell ${cell.index} has no argument ${i}`);
  return arg;
}

/** Whether every value of the argument is already in canonical form for the result. */
function fits(node: OpNode, arg: Cell): boolean {
  const { signed, width } = node.type;
  const lo = signed ? -(1n << BigInt(width - 1)) : 0n;
  const hi = signed ? (1n << BigInt(width - 1)) - 1n : (1n << BigInt(width)) - 1n;
  const range = typeRange(arg);
  return range.lo >= lo && range.hi <= hi;
}

function typeRange({ node }: Cell): { readonly lo: bigint; readonly hi: bigint } {
  const width = BigInt(node.type.width);
  return node.type.signed
    ? { lo: -(1n << (width - 1n)), hi: (1n << (width - 1n)) - 1n }
    : { lo: 0n, hi: (1n << width) - 1n };
}

function bitwiseKeepsForm(cell: Cell): boolean {
  const { signed, width } = cell.node.type;
  return cell.args.every(({ node: { type } }) =>
    signed ? (type.signed ? type.width <= width : type.width < width) : !type.signed && type.width <= width,
  );
}

function compare(emitter: Emitter, op: 'eq' | 'ne' | keyof typeof COMPARE, a: Cell, b: Cell): void {
  const { out } = emitter;
  const anySigned = a.node.type.signed || b.node.type.signed;
  const width = (cell: Cell): number => cell.node.type.width + (anySigned && !cell.node.type.signed ? 1 : 0);
  const cls = widthClass(Math.max(width(a), width(b)));
  if (cls === WIDE) {
    compareWide(emitter, op, a, b, Math.ceil(Math.max(width(a), width(b)) / 64), anySigned);
    return;
  }
  if ((op === 'eq' || op === 'ne') && b.node.kind === 'const' && b.node.value === 0n) {
    emitter.pushAs(a, cls);
    out.op(cls === NARROW ? Op.i32Eqz : Op.i64Eqz);
    if (op === 'ne') out.op(Op.i32Eqz);
    return;
  }
  emitter.pushAs(a, cls);
  emitter.pushAs(b, cls);
  out.op(op === 'eq' || op === 'ne' ? instruction(op, cls) : compareInstruction(op, cls, anySigned));
}

function compareWide(
  emitter: Emitter,
  op: 'eq' | 'ne' | keyof typeof COMPARE,
  a: Cell,
  b: Cell,
  limbs: number,
  signed: boolean,
): void {
  const { out } = emitter;
  if (op === 'eq' || op === 'ne') {
    for (let k = 0; k < limbs; k++) {
      emitter.pushLimb(a, k);
      emitter.pushLimb(b, k);
      out.op(Op.i64Xor);
      if (k > 0) out.op(Op.i64Or);
    }
    out.op(Op.i64Eqz);
    if (op === 'ne') out.op(Op.i32Eqz);
    return;
  }
  // a <= b is not (b < a): only "less than" is built, from the lowest limb up.
  const swap = op === 'gt' || op === 'le';
  const [left, right] = swap ? [b, a] : [a, b];
  for (let k = 0; k < limbs; k++) {
    const pushBoth = (): void => {
      emitter.pushLimb(left, k);
      emitter.pushLimb(right, k);
    };
    if (k > 0) {
      pushBoth();
      out.op(Op.i64Eq, Op.i32And);
    }
    pushBoth();
    out.op(compareInstruction('lt', LONG, signed && k === limbs - 1));
    if (k > 0) out.op(Op.i32Or);
  }
  if (op === 'le' || op === 'ge') out.op(Op.i32Eqz);
}

function shiftLeft(emitter: Emitter, cell: Cell, cls: NarrowClass): void {
  const amount = cell.node.kind === 'op' ? (cell.node.amount ?? 0) : 0;
  // The result holds the product exactly, so a distance of all its bits means that the operand is 0.
  if (amount >= bitsOf(cls)) {
    emitter.out.constant(cls, 0n);
    return;
  }
  emitter.pushAs(argument(cell, 0), cls);
  if (amount === 0) return;
  emitter.out.constant(cls, BigInt(amount));
  emitter.out.op(instruction('shl', cls));
}

function shiftRight(emitter: Emitter, cell: Cell, cls: NarrowClass): void {
  const x = argument(cell, 0);
  const amount = cell.node.kind === 'op' ? (cell.node.amount ?? 0) : 0;
  shiftedDown(emitter, x, amount, cls);
}

/** floor(x / 2^amount), as a value of class `cls` that holds it. */
function shiftedDown(emitter: Emitter, x: Cell, amount: number, cls: NarrowClass): void {
  const { out } = emitter;
  const source = classOf(x.node.type);
  if (source === WIDE) {
    emitter.pushBits(x, amount);
    if (cls === NARROW) out.op(Op.i32WrapI64);
    return;
  }
  const { signed } = x.node.type;
  if (amount >= bitsOf(source) && !signed) {
    out.constant(cls, 0n);
    return;
  }
  emitter.push(x);
  if (amount > 0) {
    out.constant(source, BigInt(Math.min(amount, bitsOf(source) - 1)));
    out.op(instruction(signed ? 'shrS' : 'shrU', source));
  }
  if (source === NARROW && cls === LONG) out.op(signed ? Op.i64ExtendI32S : Op.i64ExtendI32U);
  if (source === LONG && cls === NARROW) out.op(Op.i32WrapI64);
}

/** Distance as an i32 in 0..limit; the argument may have any unsigned type. */
export function pushDistance(emitter: Emitter, amount: Cell, limit: number): void {
  const { out } = emitter;
  const cls = classOf(amount.node.type);
  if (cls === NARROW && amount.node.hi <= BigInt(limit)) {
    emitter.push(amount);
    return;
  }
  emitter.pushAs(amount, NARROW);
  out.i32(limit);
  if (cls === WIDE) {
    for (let k = 0; k < limbsOf(amount.node.type); k++) {
      emitter.pushLimb(amount, k);
      out.i64(k === 0 ? BigInt(limit) : 1n);
      out.op(Op.i64LtU);
      if (k > 0) out.op(Op.i32And);
    }
  } else {
    emitter.push(amount);
    out.constant(cls, BigInt(limit));
    out.op(instruction('ltU', cls));
  }
  out.op(Op.select);
}

function shiftDynamic(emitter: Emitter, cell: Cell, node: OpNode, cls: NarrowClass): void {
  const { out } = emitter;
  const x = argument(cell, 0);
  const amount = argument(cell, 1);
  const left = node.op === 'shlDynamic';
  const { signed } = x.node.type;
  const work = left ? cls : narrowClass(widthClass(Math.max(x.node.type.width, 1)));
  const bits = bitsOf(work);
  const distance = out.allocate(wasmType(NARROW));
  // `bits` stands for every distance that shifts all bits out.
  pushDistance(emitter, amount, bits);
  out.set(distance);
  const shift = (): void => {
    emitter.pushAs(x, work);
    out.get(distance);
    if (!left && signed) {
      out.i32(bits - 1);
      out.get(distance);
      out.i32(bits);
      out.op(Op.i32LtU);
      // select(distance, bits - 1, distance < bits)
      out.op(Op.select);
    }
    if (work === LONG) out.op(Op.i64ExtendI32U);
    out.op(instruction(left ? 'shl' : signed ? 'shrS' : 'shrU', work));
  };
  if (!left && signed) shift();
  else {
    shift();
    out.constant(work, 0n);
    out.get(distance);
    out.i32(bits);
    out.op(Op.i32LtU, Op.select);
  }
  if (work === NARROW && cls === LONG) out.op(signed ? Op.i64ExtendI32S : Op.i64ExtendI32U);
  if (work === LONG && cls === NARROW) out.op(Op.i32WrapI64);
  out.release(wasmType(NARROW), distance);
}

function mux(emitter: Emitter, cell: Cell, cls: NarrowClass): void {
  const { out } = emitter;
  const arms = emitter.analysis.arms.get(cell);
  const [select, one, zero] = [argument(cell, 0), argument(cell, 1), argument(cell, 2)];
  if (arms === undefined) {
    emitter.pushAs(one, cls);
    emitter.pushAs(zero, cls);
    emitter.push(select);
    out.op(Op.select);
    return;
  }
  emitter.push(select);
  out.op(Op.if, wasmType(cls));
  emitter.enter(arms[0]);
  emitter.pushAs(one, cls);
  out.op(Op.else);
  emitter.enter(arms[1]);
  emitter.pushAs(zero, cls);
  out.op(Op.end);
}

/** Bits `low` and up of the operand, cut to the result's width. */
function slice(emitter: Emitter, cell: Cell, node: OpNode, cls: NarrowClass): void {
  const { out } = emitter;
  const x = argument(cell, 0);
  const low = node.low ?? 0;
  const { width, signed } = x.node.type;
  shiftedDown(emitter, x, low, cls);
  const covers = !signed && low + node.type.width >= width;
  if (!covers) canonicalize(out, node.type);
}

function concatenate(emitter: Emitter, cell: Cell, node: OpNode, cls: NarrowClass): void {
  const { out } = emitter;
  let offset = node.type.width;
  node.args.forEach((declared, i) => {
    const x = argument(cell, i);
    const { width } = declared.type;
    offset -= width;
    emitter.pushAs(x, cls);
    if (x.node.type.signed && width < bitsOf(cls)) {
      out.constant(cls, (1n << BigInt(width)) - 1n);
      out.op(instruction('and', cls));
    }
    if (offset > 0) {
      out.constant(cls, BigInt(offset));
      out.op(instruction('shl', cls));
    }
    if (i > 0) out.op(instruction('or', cls));
  });
}

function parity(emitter: Emitter, cell: Cell, node: OpNode): void {
  const { out } = emitter;
  const x = argument(cell, 0);
  const width = node.args[0]?.type.width ?? x.node.type.width;
  const limbs = Math.ceil(width / 64);
  for (let k = 0; k < limbs; k++) {
    emitter.pushLimb(x, k);
    const bits = width - 64 * k;
    if (bits < 64 && x.node.type.signed) {
      out.i64((1n << BigInt(bits)) - 1n);
      out.op(Op.i64And);
    }
    if (k > 0) out.op(Op.i64Xor);
  }
  out.op(Op.i64Popcnt, Op.i32WrapI64);
  out.i32(1);
  out.op(Op.i32And);
}
