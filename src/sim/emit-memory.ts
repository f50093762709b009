/** Registered reads and writes of memory words. */

import type { ScalarType } from '../hdl/index.js';
import type { Cell } from './cell.js';
import type { Emitter } from './emitter.js';
import { classOf, limbsOf, NARROW, WIDE, type MemoryLayout } from './layout.js';
import type { Statement } from './program.js';
import { I32, Op, VOID } from './wasm.js';

const LIMB: ScalarType = { signed: false, width: 64 };
const SHORT: ScalarType = { signed: false, width: 32 };

export function readWord(emitter: Emitter, { layout, port, address }: Statement & { kind: 'read' }): void {
  const target = layout.readBlocks[port];
  if (target === undefined) return;
  const word = emitter.out.allocate(I32);
  emitter.pushWordOffset(layout, address);
  emitter.out.set(word);
  const step = layout.stride % 8 === 0 ? 8 : layout.stride;
  for (let delta = 0; delta < layout.stride; delta += step) {
    const type = step === 8 ? LIMB : SHORT;
    emitter.out.i32(0);
    emitter.out.get(word);
    emitter.out.load({ block: layout.block, delta, bytes: step, type });
    emitter.out.store({ block: target, delta, bytes: step, type });
  }
  emitter.out.release(I32, word);
}

export function writeWord(
  emitter: Emitter,
  { layout, address, groups }: Statement & { kind: 'write' },
): void {
  emitter.pushInRange(address, layout.memory.memory.depth);
  emitter.out.op(Op.if, VOID);
  const word = emitter.out.allocate(I32);
  emitter.pushAs(address, NARROW);
  emitter.out.i32(layout.stride);
  emitter.out.op(Op.i32Mul);
  emitter.out.set(word);
  for (const { mask, region, fields } of groups) {
    if (mask !== undefined) {
      emitter.push(mask);
      emitter.out.op(Op.if, VOID);
    }
    emitter.enter(region);
    for (const { field, value } of fields) writeField(emitter, layout, word, field, value);
    if (mask !== undefined) emitter.out.op(Op.end);
  }
  emitter.out.release(I32, word);
  emitter.out.op(Op.end);
}

function writeField(emitter: Emitter, layout: MemoryLayout, word: number, index: number, value: Cell): void {
  const field = layout.fields[index];
  if (field === undefined) return;
  const cls = classOf(field.type);
  for (let k = 0; k < (cls === WIDE ? limbsOf(field.type) : 1); k++) {
    emitter.out.get(word);
    if (cls === WIDE) {
      emitter.pushLimb(value, k);
      emitter.out.storeLimb(layout.block, field.delta + 8 * k);
    } else {
      emitter.pushAs(value, cls);
      emitter.out.store({ block: layout.block, delta: field.delta, bytes: field.bytes, type: field.type });
    }
  }
}
