/** Operations that work in memory: results of more than 64 bits, as little-endian i64 limbs in two's complement. */

import type { OpNode } from '../hdl/index.js';
import type { Cell } from './cell.js';
import type { Emitter } from './emitter.js';
import { argument, pushDistance } from './emit-narrow.js';
import { classOf, limbsOf, makeSlot, NARROW, type Slot } from './layout.js';
import { I32, I64, Op, VOID } from './wasm.js';

/** Computes a wide cell into `target`. */
export function emitInMemory(emitter: Emitter, cell: Cell, target: Slot): void {
  const { node } = cell;
  const each = (push: (k: number) => void): void => fill(emitter, target, push);
  if (cell.kind === 'readAsync') {
    readWide(emitter, cell, target);
    return;
  }
  if (node.kind !== 'op') throw new RangeError(`cell ${cell.index} (${cell.kind}) is not an operation`);
  const arg = (i: number): Cell => argument(cell, i);
  const { out } = emitter;
  switch (node.op) {
    case 'add':
    case 'sub':
    case 'neg': {
      addOrSubtract(emitter, cell, node, target);
      return;
    }
    case 'mul': {
      multiply(emitter, cell, target);
      return;
    }
    case 'and':
    case 'or':
    case 'xor': {
      const instruction = { and: Op.i64And, or: Op.i64Or, xor: Op.i64Xor }[node.op];
      each((k) => {
        emitter.pushLimb(arg(0), k);
        emitter.pushLimb(arg(1), k);
        out.op(instruction);
      });
      return;
    }
    case 'not': {
      each((k) => {
        emitter.pushLimb(arg(0), k);
        out.i64(-1n);
        out.op(Op.i64Xor);
      });
      return;
    }
    case 'shl': {
      each((k) => emitter.pushBits(arg(0), 64 * k - (node.amount ?? 0)));
      return;
    }
    case 'shr': {
      each((k) => emitter.pushBits(arg(0), 64 * k + (node.amount ?? 0)));
      return;
    }
    case 'slice': {
      each((k) => emitter.pushBits(arg(0), 64 * k + (node.low ?? 0)));
      return;
    }
    case 'cast': {
      each((k) => emitter.pushLimb(arg(0), k));
      return;
    }
    case 'cat': {
      each((k) => pushConcatenated(emitter, cell, node, k));
      return;
    }
    case 'mux': {
      muxInMemory(emitter, cell, target);
      return;
    }
    case 'shlDynamic':
    case 'shrDynamic': {
      shiftInMemory(emitter, cell, node.op === 'shlDynamic', target);
      return;
    }
    default:
      throw new RangeError(`${node.op} has no wide result`);
  }
}

/** Stores one limb after the other; the top one in canonical form. */
function fill(emitter: Emitter, target: Slot, push: (k: number) => void): void {
  const { out } = emitter;
  const limbs = limbsOf(target.type);
  for (let k = 0; k < limbs; k++) {
    out.i32(0);
    push(k);
    const top = target.type.width - 64 * k;
    if (top < 64) extendTop(emitter, target.type.signed, top);
    out.storeLimb(target.block, target.delta + 8 * k);
  }
}

/** Sign- or zero-extends the low `bits` bits of the i64 on the stack. */
function extendTop({ out }: Emitter, signed: boolean, bits: number): void {
  if (!signed) {
    out.i64((1n << BigInt(bits)) - 1n);
    out.op(Op.i64And);
    return;
  }
  out.i64(BigInt(64 - bits));
  out.op(Op.i64Shl);
  out.i64(BigInt(64 - bits));
  out.op(Op.i64ShrS);
}

function readWide(emitter: Emitter, cell: Cell, target: Slot): void {
  const { out } = emitter;
  const { layout, field } = emitter.readField(cell);
  const word = out.allocate(I32);
  emitter.pushWordOffset(layout, cell.args[0]);
  out.set(word);
  fill(emitter, target, (k) => {
    out.get(word);
    out.loadLimb(layout.block, field.delta + 8 * k);
  });
  out.release(I32, word);
}

function addOrSubtract(emitter: Emitter, cell: Cell, node: OpNode, target: Slot): void {
  const { out } = emitter;
  const subtract = node.op !== 'add';
  const pushLeft = (k: number): void =>
    node.op === 'neg' ? out.i64(0n) : emitter.pushLimb(argument(cell, 0), k);
  const right = argument(cell, node.op === 'neg' ? 0 : 1);
  const [a, b, carry, first] = [out.allocate(I64), out.allocate(I64), out.allocate(I64), out.allocate(I64)];
  out.i64(0n);
  out.set(carry);
  fill(emitter, target, (k) => {
    pushLeft(k);
    out.set(a);
    emitter.pushLimb(right, k);
    out.set(b);
    // first = a +- b; result = first +- carry; carry out of either step
    out.get(a);
    out.get(b);
    out.op(subtract ? Op.i64Sub : Op.i64Add);
    out.tee(first);
    out.get(carry);
    out.op(subtract ? Op.i64Sub : Op.i64Add);
    const [x, y] = subtract ? [a, b] : [first, a];
    out.get(x);
    out.get(y);
    out.op(Op.i64LtU);
    if (subtract) {
      out.get(first);
      out.get(carry);
    } else {
      out.get(first);
      out.get(carry);
      out.op(Op.i64Add);
      out.get(carry);
    }
    out.op(Op.i64LtU, Op.i32Or, Op.i64ExtendI32U);
    out.set(carry);
  });
  [a, b, carry, first].forEach((local) => out.release(I64, local));
}

/** Schoolbook product modulo 2^(64 limbs) in 32-bit digits; two's complement operands are extended, so it is exact. */
function multiply(emitter: Emitter, cell: Cell, target: Slot): void {
  const { out } = emitter;
  const digits = 2 * limbsOf(target.type);
  const [x, y] = [argument(cell, 0), argument(cell, 1)];
  const product: Slot = { ...target, bytes: 4, type: { signed: false, width: 32 } };
  const at = (digit: number): Slot => ({ ...product, delta: target.delta + 4 * digit });
  const [carry, left] = [out.allocate(I64), out.allocate(I64)];
  fill(emitter, { ...target, type: { signed: false, width: 32 * digits } }, () => out.i64(0n));
  for (let i = 0; i < Math.min(digits, significant(x)); i++) {
    pushDigit(emitter, x, i);
    out.set(left);
    out.i64(0n);
    out.set(carry);
    for (let j = 0; i + j < digits; j++) {
      // carry += left * digit + product; at most 2^64 - 1
      out.i32(0);
      if (j < significant(y)) {
        out.get(left);
        pushDigit(emitter, y, j);
        out.op(Op.i64Mul);
        out.get(carry);
        out.op(Op.i64Add);
      } else out.get(carry);
      out.i32(0);
      out.load(at(i + j));
      out.op(Op.i64ExtendI32U, Op.i64Add);
      out.tee(carry);
      out.op(Op.i32WrapI64);
      out.store(at(i + j));
      out.get(carry);
      out.i64(32n);
      out.op(Op.i64ShrU);
      out.set(carry);
    }
  }
  out.release(I64, carry);
  out.release(I64, left);
}

/** 32-bit digits that can be other than 0. */
const significant = ({ node }: Cell): number =>
  node.type.signed ? Number.POSITIVE_INFINITY : Math.ceil(node.type.width / 32);

function pushDigit(emitter: Emitter, x: Cell, digit: number): void {
  const { out } = emitter;
  emitter.pushLimb(x, digit >> 1);
  if (digit % 2 === 0) {
    out.i64(0xffffffffn);
    out.op(Op.i64And);
    return;
  }
  out.i64(32n);
  out.op(Op.i64ShrU);
}

function pushConcatenated(emitter: Emitter, cell: Cell, node: OpNode, k: number): void {
  const { out } = emitter;
  let offset = node.type.width;
  let pieces = 0;
  node.args.forEach((declared, i) => {
    const { width } = declared.type;
    offset -= width;
    if (offset >= 64 * (k + 1) || offset + width <= 64 * k) return;
    const x = argument(cell, i);
    emitter.pushBits(x, 64 * k - offset);
    const above = offset + width - 64 * k;
    if (above < 64 && x.node.type.signed) {
      out.i64((1n << BigInt(above)) - 1n);
      out.op(Op.i64And);
    }
    if (pieces++ > 0) out.op(Op.i64Or);
  });
  if (pieces === 0) out.i64(0n);
}

function muxInMemory(emitter: Emitter, cell: Cell, target: Slot): void {
  const { out } = emitter;
  const arms = emitter.analysis.arms.get(cell);
  emitter.push(argument(cell, 0));
  out.op(Op.if, VOID);
  if (arms !== undefined) emitter.enter(arms[0]);
  emitter.storeTo(target, argument(cell, 1));
  out.op(Op.else);
  if (arms !== undefined) emitter.enter(arms[1]);
  emitter.storeTo(target, argument(cell, 2));
  out.op(Op.end);
}

/** Shifts in steps of powers of two, each taken if its bit of the distance is set. */
function shiftInMemory(emitter: Emitter, cell: Cell, left: boolean, target: Slot): void {
  const { out } = emitter;
  const x = argument(cell, 0);
  const type =
    left || x.node.type.width < target.type.width
      ? { ...target.type, signed: x.node.type.signed }
      : x.node.type;
  const work = makeSlot({ signed: type.signed, width: 64 * limbsOf(type) + (limbsOf(type) > 1 ? 0 : 1) });
  const limbs = limbsOf(work.type);
  const distance = out.allocate(I32);
  pushDistance(emitter, argument(cell, 1), 64 * limbs);
  out.set(distance);
  for (let k = 0; k < limbs; k++) {
    out.i32(0);
    emitter.pushLimb(x, k);
    out.storeLimb(work.block, 8 * k);
  }
  for (let step = 1; step <= 64 * limbs; step *= 2) {
    out.get(distance);
    out.i32(step);
    out.op(Op.i32And);
    out.op(Op.if, VOID);
    shiftOnce(emitter, work, left ? -step : step);
    out.op(Op.end);
  }
  out.release(I32, distance);
  const fromWork = (k: number): void => {
    out.i32(0);
    out.loadLimb(work.block, 8 * k);
  };
  fill(emitter, target, fromWork);
}

/** Shifts limbs in place; positive: down, with the sign extending. */
function shiftOnce(emitter: Emitter, work: Slot, distance: number): void {
  const { out } = emitter;
  const limbs = limbsOf(work.type);
  const pushLimb = (k: number): void => {
    if (k < 0 || (k >= limbs && !work.type.signed)) {
      out.i64(0n);
      return;
    }
    out.i32(0);
    out.loadLimb(work.block, 8 * Math.min(k, limbs - 1));
    if (k >= limbs) {
      out.i64(63n);
      out.op(Op.i64ShrS);
    }
  };
  const order = Array.from({ length: limbs }, (_, i) => (distance > 0 ? i : limbs - 1 - i));
  for (const k of order) {
    const limb = Math.floor((64 * k + distance) / 64);
    const bits = 64 * k + distance - 64 * limb;
    out.i32(0);
    pushLimb(limb);
    if (bits > 0) {
      out.i64(BigInt(bits));
      out.op(Op.i64ShrU);
      pushLimb(limb + 1);
      out.i64(BigInt(64 - bits));
      out.op(Op.i64Shl, Op.i64Or);
    }
    out.storeLimb(work.block, 8 * k);
  }
}

/** A narrow result of a wide dynamic shift: computed in memory, then brought on the stack. */
export function emitWideShift(emitter: Emitter, cell: Cell): void {
  const x = argument(cell, 0);
  const target = makeSlot({ signed: x.node.type.signed, width: Math.max(65, x.node.type.width) });
  shiftInMemory(emitter, cell, false, target);
  emitter.out.i32(0);
  emitter.out.loadLimb(target.block, 0);
  if (classOf(cell.node.type) === NARROW) emitter.out.op(Op.i32WrapI64);
}
