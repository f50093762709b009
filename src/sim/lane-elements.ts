/** Vectors of another element size, and of constants. */

import type { LaneCode } from './lane-code.js';
import { extendOpcode, SPLAT, type LaneClass } from './simd.js';

/** What `push` brings on the stack in class `from`, sign-extended or cut to class `to`. */
export function atClass(
  code: LaneCode,
  from: LaneClass,
  to: LaneClass,
  part: number,
  push: (cls: LaneClass, part: number) => void,
  signed: boolean,
): void {
  if (from === to) push(from, part);
  else if (from < to) {
    const lower = to === 2 ? 1 : 0;
    atClass(code, from, lower, part >> 1, push, signed);
    code.out.simd(extendOpcode(lower === 0 ? 1 : 2, part & 1, signed));
  } else {
    const upper = to === 0 ? 1 : 2;
    code.lowHalves(to, part, (wide) => atClass(code, from, upper, wide, push, signed));
  }
}

export function pushConstant(code: LaneCode, cls: LaneClass, value: bigint): void {
  const { out } = code;
  if (cls === 2) out.i64(BigInt.asIntN(64, value));
  else out.i32(Number(BigInt.asIntN(32, value)));
  out.simd(SPLAT[cls]);
}
