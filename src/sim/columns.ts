/** Recorded values of ports, one per cycle. */

import type { ScalarType } from '../hdl/index.js';
import { rangeOf, type LinearMemory } from './access.js';
import { SimError } from './errors.js';
import { classOf, NARROW, slotBytes, WIDE } from './layout.js';

/** Values of one port in consecutive cycles. */
export type Column = Int32Array | Uint32Array | BigInt64Array | BigUint64Array | bigint[];
/** Values per input port; anything indexable by cycle. */
export type Stimulus = Readonly<Record<string, ArrayLike<number> | ArrayLike<bigint>>>;

export function emptyColumn(type: ScalarType, cycles: number): Column {
  const cls = classOf(type);
  if (cls === NARROW) return type.signed ? new Int32Array(cycles) : new Uint32Array(cycles);
  if (cls === WIDE) return new Array<bigint>(cycles).fill(0n);
  return type.signed ? new BigInt64Array(cycles) : new BigUint64Array(cycles);
}

/** Writes `count` values to linear memory. @throws SimError bad-stimulus */
export function writeColumn(
  memory: LinearMemory,
  offset: number,
  type: ScalarType,
  count: number,
  valueAt: (cycle: number) => number | bigint | undefined,
  name: string,
): void {
  const bytes = slotBytes(type);
  const { lo, hi } = rangeOf(type);
  const [min, max] = [Number(lo), Number(hi)];
  const narrow = classOf(type) === NARROW;
  for (let cycle = 0; cycle < count; cycle++) {
    const value = valueAt(cycle);
    if (narrow && typeof value === 'number' && value >= min && value <= max && Number.isInteger(value)) {
      memory.i32[(offset >> 2) + cycle] = value;
      continue;
    }
    const exact =
      typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value ?? 0) : undefined;
    if (exact === undefined || exact < lo || exact > hi) {
      const problem = value === undefined ? 'ends' : `is ${value}, outside ${lo}..${hi},`;
      throw new SimError('bad-stimulus', `the stimulus of ${name} ${problem} in cycle ${cycle}`);
    }
    memory.writeAt(offset + cycle * bytes, type, bytes, exact);
  }
}

/** Copies `count` recorded values into `column` from index `from`. */
export function columnOf(
  memory: LinearMemory,
  offset: number,
  type: ScalarType,
  count: number,
  column: Column,
  from: number,
): void {
  if (column instanceof Int32Array) {
    column.set(memory.i32.subarray(offset >> 2, (offset >> 2) + count), from);
    return;
  }
  if (column instanceof Uint32Array) {
    column.set(memory.u32.subarray(offset >> 2, (offset >> 2) + count), from);
    return;
  }
  const bytes = slotBytes(type);
  for (let cycle = 0; cycle < count; cycle++)
    column[from + cycle] = memory.readAt(offset + cycle * bytes, type, bytes);
}
