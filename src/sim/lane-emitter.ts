/** A loop over lanes: eight lanes per iteration, before it what all lanes share. */

import type { Cell } from './cell.js';
import type { Emitter } from './emitter.js';
import { CHUNK } from './lane-array.js';
import { countRequests, LaneCode, type Form, type Splat } from './lane-code.js';
import type { LaneLoop } from './lane-program.js';
import { classOf, LONG, NARROW } from './layout.js';
import { LANE_BITS, Simd, SPLAT, type LaneClass } from './simd.js';
import { wasmType, type CodeWriter } from './writer.js';
import { I32, Op, V128, VOID } from './wasm.js';

export function emitLoop(emitter: Emitter, loop: LaneLoop): void {
  const { out } = emitter;
  const counted = countRequests(loop);
  const scalars = new Map([...loop.uniform].map(([cell, source]) => [cell, scalarOf(emitter, source)]));
  const splats = new Map(
    [...counted.splats].map(([key, splat]) => [key, splatLocal(out, splat, scalars.get(splat.cell))]),
  );
  const offsets = LANE_BITS.map(() => out.allocate(I32));
  const code = new LaneCode(out, loop, counted.requests, { splats, offsets });
  const [counter = 0] = offsets;
  const bytes = 2 * (loop.array.end - loop.array.first);
  const step = 2 * CHUNK;
  out.i32(loop.descending ? bytes - step : 0);
  out.set(counter);
  out.op(Op.loop, VOID);
  for (const cls of [1, 2] as const) {
    if (!counted.classes.has(cls)) continue;
    out.get(counter);
    out.i32(cls);
    out.op(Op.i32Shl);
    out.set(offsets[cls] ?? 0);
  }
  code.body(counted.preloads);
  out.get(counter);
  out.i32(loop.descending ? -step : step);
  out.op(Op.i32Add);
  out.tee(counter);
  out.i32(loop.descending ? 0 : bytes);
  out.op(loop.descending ? Op.i32GeS : Op.i32LtS, Op.brIf, 0, Op.end);
  code.release();
  for (const local of offsets) out.release(I32, local);
  for (const local of splats.values()) out.release(V128, local);
  for (const { local, long } of scalars.values()) out.release(wasmType(long ? LONG : NARROW), local);
}

interface Scalar {
  readonly local: number;
  readonly long: boolean;
  readonly signed: boolean;
}

function scalarOf(emitter: Emitter, cell: Cell): Scalar {
  const { type } = cell.node;
  const long = classOf(type) !== NARROW;
  const cls = long ? LONG : NARROW;
  emitter.pushAs(cell, cls);
  const local = emitter.out.allocate(wasmType(cls));
  emitter.out.set(local);
  return { local, long, signed: type.signed };
}

function splatLocal(out: CodeWriter, { cell, cls, form }: Splat, scalar: Scalar | undefined): number {
  if (cell.node.kind === 'const') pushConstant(out, cell.node.value, cls, form);
  else if (scalar !== undefined) pushSplat(out, scalar, cls, form);
  const local = out.allocate(V128);
  out.set(local);
  return local;
}

function pushSplat(out: CodeWriter, { local, long, signed }: Scalar, cls: LaneClass, form: Form): void {
  const narrow = cls !== 2 || form === 'mask';
  if (form === 'mask') out.i32(0);
  out.get(local);
  if (long && narrow) out.op(Op.i32WrapI64);
  if (form === 'mask') out.op(Op.i32Sub);
  if (form === 'low16') {
    out.i32(0xffff);
    out.op(Op.i32And);
  }
  if (cls === 2 && (narrow || !long)) out.op(signed || form === 'mask' ? Op.i64ExtendI32S : Op.i64ExtendI32U);
  out.simd(SPLAT[cls]);
}

function pushConstant(out: CodeWriter, value: bigint, cls: LaneClass, form: Form): void {
  const element = form === 'mask' ? -value : form === 'low16' ? BigInt.asUintN(16, value) : value;
  const bits = LANE_BITS[cls];
  const pattern = BigInt.asUintN(bits, element);
  out.simd(Simd.const);
  for (let i = 0; i < 16; i++) out.body.byte(Number((pattern >> BigInt((8 * i) % bits)) & 0xffn));
}
