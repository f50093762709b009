/** The fixed functions around the generated ones: stepping, reset, and the loop over recorded stimulus. */

import type { ScalarType } from '../hdl/index.js';
import type { FlatDesign } from './flatten.js';
import { Allocator, classOf, limbsOf, makeBlock, makeSlot, WIDE, type Slot } from './layout.js';
import type { State } from './state.js';
import { I32, Op, VOID, type FunctionCode } from './wasm.js';
import { asCode, CodeWriter, convert } from './writer.js';

const EXTERNAL_CLOCK = 1;
const RESETS_PER_FUNCTION = 4000;
const FLAG: ScalarType = { signed: false, width: 32 };
const flagSlot = (offset: number): Slot => ({
  block: makeBlock(4, false, offset),
  delta: 0,
  bytes: 4,
  type: FLAG,
});

export interface StepParts {
  readonly firstIndex: number;
  readonly step: readonly CodeWriter[];
  readonly settle: readonly CodeWriter[];
  readonly resets: readonly CodeWriter[];
  readonly commit: { readonly from: number; readonly to: number; readonly bytes: number };
  readonly clockedExternals: readonly number[];
}

/** Exports `settle()`, and `step(n)`, which returns how many edges it did before an assertion failed. */
export function stepFunctions(parts: StepParts): {
  readonly code: readonly FunctionCode[];
  readonly settleIndex: number;
  readonly stepIndex: number;
} {
  const writers = [...parts.step, ...parts.settle, ...parts.resets];
  const indexOf = (writer: CodeWriter): number => parts.firstIndex + writers.indexOf(writer);
  const allocator = new Allocator();
  const settle = new CodeWriter();
  parts.settle.forEach((writer) => settle.call(indexOf(writer)));
  const edge = new CodeWriter();
  parts.step.forEach((writer) => edge.call(indexOf(writer)));
  copyMemory(edge, parts.commit);
  for (const index of parts.clockedExternals) {
    edge.i32(index);
    edge.call(EXTERNAL_CLOCK);
  }
  if (parts.resets.length > 0) {
    edge.i32(0);
    edge.load(flagSlot(Allocator.RESET));
    edge.op(Op.if, VOID);
    parts.resets.forEach((writer) => edge.call(indexOf(writer)));
    edge.op(Op.end);
  }
  edge.link(allocator);
  const settleIndex = parts.firstIndex + writers.length;
  const stepIndex = settleIndex + 1;
  const loop = new CodeWriter([I32]);
  countedLoop(loop, () => loop.call(stepIndex));
  loop.link(allocator);
  return {
    code: [
      ...writers.map(asCode),
      { ...asCode(settle), exportName: 'settle' },
      asCode(edge),
      { ...asCode(loop), results: [I32], exportName: 'step' },
    ],
    settleIndex,
    stepIndex,
  };
}

/** for (i = 0; i < parameter; i++) { body; if (failed) { i++; break; } } return i. `body` gets the local of i. */
function countedLoop(out: CodeWriter, body: (counter: number) => void): void {
  const counter = out.allocate(I32);
  out.get(counter);
  out.get(0);
  out.op(Op.i32LtU, Op.if, VOID, Op.loop, VOID);
  body(counter);
  out.get(counter);
  out.i32(1);
  out.op(Op.i32Add);
  out.tee(counter);
  out.get(0);
  out.op(Op.i32LtU);
  out.i32(0);
  out.load(flagSlot(Allocator.FAILURE));
  out.op(Op.i32Eqz, Op.i32And, Op.brIf, 0, Op.end, Op.end);
  out.get(counter);
}

function copyMemory(out: CodeWriter, { from, to, bytes }: StepParts['commit']): void {
  if (bytes === 0) return;
  if (bytes > 256) {
    out.i32(to);
    out.i32(from);
    out.i32(bytes);
    out.op(Op.bulk, 10, 0, 0);
    return;
  }
  const source = makeBlock(bytes, false, from);
  const target = makeBlock(bytes, false, to);
  for (let delta = 0; delta < bytes; delta += 8) {
    out.i32(0);
    out.i32(0);
    out.loadLimb(source, delta);
    out.storeLimb(target, delta);
  }
}

/** Functions that give every register with a reset its value, in place and in its shadow. */
export function resetFunctions(flat: FlatDesign, state: State): CodeWriter[] {
  const regs = flat.regs.flatMap(({ cell, reset }) =>
    reset === undefined || state.lanes.has(cell) ? [] : [{ slot: state.slotOf(cell), reset }],
  );
  const functions: CodeWriter[] = [];
  for (let i = 0; i < regs.length; i += RESETS_PER_FUNCTION) {
    const out = new CodeWriter();
    for (const { slot, reset } of regs.slice(i, i + RESETS_PER_FUNCTION)) {
      storeConstant(out, slot, slot.block.offset, reset);
      if (slot.block.buffered) storeConstant(out, slot, slot.block.shadowOffset, reset);
    }
    functions.push(out);
  }
  return functions;
}

function storeConstant(out: CodeWriter, slot: Slot, offset: number, value: bigint): void {
  const block = makeBlock(slot.block.bytes, false, offset);
  const cls = classOf(slot.type);
  if (cls !== WIDE) {
    out.i32(0);
    out.constant(cls, value);
    out.store({ ...slot, block });
    return;
  }
  for (let k = 0; k < limbsOf(slot.type); k++) {
    out.i32(0);
    out.i64(BigInt.asIntN(64, value >> BigInt(64 * k)));
    out.storeLimb(block, slot.delta + 8 * k);
  }
}

/** A port of the bulk loop: its value, and the column that holds one value per cycle. */
export interface BulkPort {
  readonly slot: Slot;
  readonly type: ScalarType;
  readonly column: number;
  readonly isInput: boolean;
}

/** Per cycle: inputs from their columns, settle, outputs to their columns, one edge. Returns the number of edges. */
export function bulkFunction(ports: readonly BulkPort[], settleIndex: number, stepIndex: number): CodeWriter {
  const out = new CodeWriter([I32]);
  countedLoop(out, (counter) => {
    for (const port of ports) if (port.isInput) copyPort(out, port, counter);
    out.call(settleIndex);
    for (const port of ports) if (!port.isInput) copyPort(out, port, counter);
    out.call(stepIndex);
  });
  return out;
}

function copyPort(out: CodeWriter, { slot, type, column, isInput }: BulkPort, counter: number): void {
  const element = makeSlot(type);
  const columnBlock = makeBlock(element.bytes, false, column);
  const columnSlot: Slot = { ...element, block: columnBlock };
  const pushIndex = (): void => {
    out.get(counter);
    out.i32(element.bytes);
    out.op(Op.i32Mul);
  };
  const cls = classOf(type);
  if (cls === WIDE) {
    for (let k = 0; k < limbsOf(type); k++)
      copyLimb(out, { slot, type, column, isInput }, columnBlock, k, pushIndex);
    return;
  }
  if (isInput) {
    out.i32(0);
    pushIndex();
    out.load(columnSlot);
    out.store(slot);
    return;
  }
  pushIndex();
  out.i32(0);
  out.load(slot);
  convert(out, classOf(slot.type), slot.type.signed, cls);
  out.store(columnSlot);
}

/** Outputs may be driven by a narrower value: limbs above it extend its sign. */
function copyLimb(
  out: CodeWriter,
  { slot, isInput }: BulkPort,
  column: Slot['block'],
  k: number,
  pushIndex: () => void,
): void {
  if (isInput) {
    out.i32(0);
    pushIndex();
    out.loadLimb(column, 8 * k);
    out.storeLimb(slot.block, slot.delta + 8 * k);
    return;
  }
  pushIndex();
  const limbs = limbsOf(slot.type);
  const narrow = classOf(slot.type);
  out.i32(0);
  if (narrow === WIDE) out.loadLimb(slot.block, slot.delta + 8 * Math.min(k, limbs - 1));
  else {
    out.load(slot);
    convert(out, narrow, slot.type.signed, 1);
  }
  if (k >= limbs) {
    out.i64(slot.type.signed ? 63n : 0n);
    if (slot.type.signed) out.op(Op.i64ShrS);
    else out.op(Op.i64Mul);
  }
  out.storeLimb(column, 8 * k);
}
