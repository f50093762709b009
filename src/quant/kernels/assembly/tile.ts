/**
 * Four rows by eight columns of a matrix product in eight accumulators: with the two vectors of B, the factor and its product
 * twelve of the sixteen registers, of which the engine keeps one; six rows would spill. T is f32, or i32 for pairs of int16
 * along the depth, whose two products are added at once.
 */
import { loadLanes, storeLanes } from './lanes';

export const tileRows: i32 = 4;
export const tileColumns: i32 = 8;
const lineBytes: i32 = tileColumns * 4;

/** A tile that is not stored as it is. */
const corner: usize = memory.data(128, 16);

@inline
function accumulate<T>(sum: v128, a: v128, b: v128): v128 {
  if (isFloat<T>()) return f32x4.add(sum, f32x4.mul(a, b));
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/** A whole tile, overwritten. Steps are bytes to the next row or depth. */
export function tile<T>(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  b: usize,
  depthStepB: i32,
  c: usize,
  step: i32,
  length: i32,
): void {
  let a0 = a;
  let a1 = a0 + rowStep;
  let a2 = a1 + rowStep;
  let a3 = a2 + rowStep;
  let c00 = i64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let depth = 0; depth < length; depth++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
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
    b += depthStepB;
    a0 += depthStep;
    a1 += depthStep;
    a2 += depthStep;
    a3 += depthStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += step;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += step;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += step;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** The part of a tile that C has, or one that is added to C. */
export function partialTile<T>(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  b: usize,
  depthStepB: i32,
  c: usize,
  step: i32,
  length: i32,
  rows: i32,
  columns: i32,
  add: bool,
): void {
  if (rows >= tileRows) {
    tile<T>(a, rowStep, depthStep, b, depthStepB, corner, lineBytes, length);
    for (let row = 0; row < tileRows; row++) moveRow<T>(corner + row * lineBytes, c + row * step, columns, add);
    return;
  }
  for (let row = 0; row < rows; row++) {
    tile<T>(a + row * rowStep, 0, depthStep, b, depthStepB, corner, lineBytes, length);
    moveRow<T>(corner, c + row * step, columns, add);
  }
}

@inline
function moveRow<T>(from: usize, to: usize, columns: i32, add: bool): void {
  move<T>(from, to, columns, add);
  if (columns > 4) move<T>(from + 16, to + 16, columns - 4, add);
}

@inline
function move<T>(from: usize, to: usize, lanes: i32, add: bool): void {
  const value = v128.load(from);
  storeLanes(to, add ? v128.add<T>(loadLanes(to, lanes), value) : value, lanes);
}
