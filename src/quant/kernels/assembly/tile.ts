/**
 * Six rows by eight columns of a matrix product in twelve accumulators. T is f32, or i32 for pairs of int16 along the depth,
 * whose two products are added at once.
 */
import { loadLanes, storeLanes } from './lanes';

export const tileRows: i32 = 6;
export const tileColumns: i32 = 8;

@inline
function accumulate<T>(sum: v128, a: v128, b: v128): v128 {
  if (isFloat<T>()) return f32x4.add(sum, f32x4.mul(a, b));
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/** Rows beyond the last read the last one again and are not stored. */
export function tile<T>(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  panel: usize,
  c: usize,
  lineBytes: i32,
  length: i32,
  rows: i32,
  columns: i32,
  add: bool,
): void {
  let a0 = a;
  let a1 = a + rowStep * min(1, rows - 1);
  let a2 = a + rowStep * min(2, rows - 1);
  let a3 = a + rowStep * min(3, rows - 1);
  let a4 = a + rowStep * min(4, rows - 1);
  let a5 = a + rowStep * min(5, rows - 1);
  let c00 = i64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  const end = panel + ((length * tileColumns) << 2);
  for (let at = panel; at < end; at += tileColumns << 2) {
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    let factor = v128.load_splat<T>(a0);
    c00 = accumulate<T>(c00, factor, b0);
    c01 = accumulate<T>(c01, factor, b1);
    factor = v128.load_splat<T>(a1);
    c10 = accumulate<T>(c10, factor, b0);
    c11 = accumulate<T>(c11, factor, b1);
    factor = v128.load_splat<T>(a2);
    c20 = accumulate<T>(c20, factor, b0);
    c21 = accumulate<T>(c21, factor, b1);
    factor = v128.load_splat<T>(a3);
    c30 = accumulate<T>(c30, factor, b0);
    c31 = accumulate<T>(c31, factor, b1);
    factor = v128.load_splat<T>(a4);
    c40 = accumulate<T>(c40, factor, b0);
    c41 = accumulate<T>(c41, factor, b1);
    factor = v128.load_splat<T>(a5);
    c50 = accumulate<T>(c50, factor, b0);
    c51 = accumulate<T>(c51, factor, b1);
    a0 += depthStep;
    a1 += depthStep;
    a2 += depthStep;
    a3 += depthStep;
    a4 += depthStep;
    a5 += depthStep;
  }
  storeRow<T>(c, c00, c01, columns, add);
  if (rows > 1) storeRow<T>(c + lineBytes, c10, c11, columns, add);
  if (rows > 2) storeRow<T>(c + 2 * lineBytes, c20, c21, columns, add);
  if (rows > 3) storeRow<T>(c + 3 * lineBytes, c30, c31, columns, add);
  if (rows > 4) storeRow<T>(c + 4 * lineBytes, c40, c41, columns, add);
  if (rows > 5) storeRow<T>(c + 5 * lineBytes, c50, c51, columns, add);
}

@inline
function storeRow<T>(c: usize, low: v128, high: v128, columns: i32, add: bool): void {
  if (columns >= tileColumns && !add) {
    v128.store(c, low);
    v128.store(c, high, 16);
  } else storePartialRow<T>(c, low, high, columns, add);
}

function storePartialRow<T>(c: usize, low: v128, high: v128, columns: i32, add: bool): void {
  storeLanes(c, add ? v128.add<T>(loadLanes(c, columns), low) : low, columns);
  if (columns > 4) storeLanes(c + 16, add ? v128.add<T>(loadLanes(c + 16, columns - 4), high) : high, columns - 4);
}
