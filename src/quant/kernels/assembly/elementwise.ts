/** Element by element: four at a time, then the last one to three. */
import { loadLanes, storeLanes } from './lanes';

export function relu(x: usize, y: usize, count: i32, limit: f32): void {
  const most = f32x4.splat(limit);
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2;
    storeLanes(y + at, f32x4.pmin(f32x4.pmax(loadLanes(x + at, count - i), zero), most), count - i);
  }
}

export function reluBackward(y: usize, dy: usize, dx: usize, count: i32, limit: f32): void {
  const most = f32x4.splat(limit);
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2;
    const out = loadLanes(y + at, count - i);
    const passes = v128.and(f32x4.gt(out, zero), f32x4.lt(out, most));
    storeLanes(dx + at, v128.and(loadLanes(dy + at, count - i), passes), count - i);
  }
}

export function fakeQuantize(x: usize, y: usize, count: i32, scale: f32, lo: f32, hi: f32): void {
  const step = f32x4.splat(scale);
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2;
    const code = f32x4.nearest(f32x4.div(loadLanes(x + at, count - i), step));
    storeLanes(y + at, f32x4.mul(step, f32x4.min(f32x4.max(code, least), most)), count - i);
  }
}

export function fakeQuantizeBackward(
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  scale: f32,
  lo: f32,
  hi: f32,
): void {
  const step = f32x4.splat(scale);
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2;
    const code = f32x4.div(loadLanes(x + at, count - i), step);
    const passes = v128.and(f32x4.ge(code, least), f32x4.le(code, most));
    storeLanes(dx + at, v128.and(loadLanes(dy + at, count - i), passes), count - i);
  }
}

export function addInto(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = i << 2;
    storeLanes(y + at, f32x4.add(loadLanes(y + at, count - i), loadLanes(x + at, count - i)), count - i);
  }
}
