/** Vectors of four floats of which only the first `lanes` (1 .. 4) exist in memory. */

@inline
export function loadLanes(from: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(from);
  return loadPart(from, lanes);
}

function loadPart(from: usize, lanes: i32): v128 {
  let value = v128.load_zero<f32>(from);
  if (lanes > 1) value = v128.load_lane<f32>(from, value, 1, 4);
  if (lanes > 2) value = v128.load_lane<f32>(from, value, 2, 8);
  return value;
}

@inline
export function storeLanes(to: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(to, value);
  else storePart(to, value, lanes);
}

function storePart(to: usize, value: v128, lanes: i32): void {
  v128.store_lane<f32>(to, value, 0);
  if (lanes > 1) v128.store_lane<f32>(to, value, 1, 4);
  if (lanes > 2) v128.store_lane<f32>(to, value, 2, 8);
}

@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}
