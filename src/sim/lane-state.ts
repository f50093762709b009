/** Constants and reset values of lane arrays. */

import { CHUNK, columnSlot, type LaneArray, type LaneColumn } from './lane-array.js';
import { makeBlock } from './layout.js';
import { laneClass } from './lane-code.js';
import { Simd, SPLAT } from './simd.js';
import { I32, Op, VOID, type DataSegment } from './wasm.js';
import { CodeWriter } from './writer.js';

/** Constants in padding and in gathered inputs, where they stay; the memory must be placed. */
export function laneConstants(arrays: readonly LaneArray[]): DataSegment[] {
  return arrays.flatMap(({ constants }) =>
    constants.flatMap(({ column, position, value }) => {
      const { block, delta, bytes } = columnSlot(column, position);
      const pattern = Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
      // No code reads a column without a place.
      if (value === 0n || block.offset < 0) return [];
      const offsets = block.buffered ? [block.offset, block.shadowOffset] : [block.offset];
      return offsets.map((offset) => ({ offset: offset + delta, bytes: pattern }));
    }),
  );
}

/** Functions that give the registers of all lanes their reset values, in place and in their shadows. */
export function laneResets(arrays: readonly LaneArray[]): CodeWriter[] {
  return arrays.flatMap(({ instances, columns, first, end }) => {
    const resets = instances.prototype.regs.flatMap(({ cell, reset }) => {
      const column = columns.get(cell);
      return reset === undefined || column === undefined ? [] : [{ column, reset }];
    });
    if (resets.length === 0) return [];
    const out = new CodeWriter();
    for (const { column, reset } of resets) {
      const { offset, shadowOffset, buffered } = column.block;
      fill(out, column, offset + first * column.bytes, end - first, reset);
      if (buffered) fill(out, column, shadowOffset + first * column.bytes, end - first, reset);
    }
    return [out];
  });
}

/** Stores `value` in whole chunks of positions from `offset`. */
function fill(
  out: CodeWriter,
  { bytes }: LaneColumn,
  offset: number,
  positions: number,
  value: bigint,
): void {
  const block = makeBlock(bytes * positions, false, offset);
  const counter = out.allocate(I32);
  const cls = laneClass(8 * bytes);
  out.i32(0);
  out.set(counter);
  out.op(Op.loop, VOID);
  for (let delta = 0; delta < CHUNK * bytes; delta += 16) {
    out.get(counter);
    if (cls === 2) out.i64(value);
    else out.i32(Number(BigInt.asIntN(32, value)));
    out.simd(SPLAT[cls]);
    out.simdAccess(Simd.store, block, delta, true);
  }
  out.get(counter);
  out.i32(CHUNK * bytes);
  out.op(Op.i32Add);
  out.tee(counter);
  out.i32(positions * bytes);
  out.op(Op.i32LtU, Op.brIf, 0, Op.end);
  out.release(I32, counter);
}
