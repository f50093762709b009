/**
 * Sums over rows: per block of rows, that of ../twin/sizes.ts, and per 16 channels the sums stay in registers; then the blocks
 * are added up.
 */
import { loadLanes, storeLanes } from './lanes';

export const rowBlock: i32 = 128;
const group: i32 = 16;

export function addBias(y: usize, bias: usize, rows: i32, channels: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const at = y + ((row * channels + c) << 2);
      storeLanes(at, f32x4.add(loadLanes(at, lanes), loadLanes(bias + (c << 2), lanes)), lanes);
    }
  }
}

export function sumRows(x: usize, sums: usize, rows: i32, channels: i32): void {
  sumTerms(x, 0, sums, rows, channels, false);
}

export function statistics(x: usize, mean: usize, variance: usize, rows: i32, channels: i32): void {
  sumTerms(x, 0, mean, rows, channels, false);
  divide(mean, channels, rows);
  sumTerms(x, mean, variance, rows, channels, true);
  divide(variance, channels, rows);
}

/** Sums of x, or of the squares of x - mean. */
@inline
function sumTerms(x: usize, mean: usize, sums: usize, rows: i32, channels: i32, squared: bool): void {
  memory.fill(sums, 0, channels << 2);
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    const start = x + from * line;
    let c = 0;
    for (; c + group <= channels; c += group) {
      const at = c << 2;
      sumGroup(start + at, line, count, mean + at, sums + at, squared);
    }
    for (; c < channels; c += 4) {
      const at = c << 2;
      sumVector(start + at, line, count, mean + at, sums + at, channels - c, squared);
    }
  }
}

@inline
function term(value: v128, mean: v128, squared: bool): v128 {
  if (!squared) return value;
  const centred = f32x4.sub(value, mean);
  return f32x4.mul(centred, centred);
}

@inline
function sumGroup(x: usize, line: i32, count: i32, mean: usize, sums: usize, squared: bool): void {
  const zero = f32x4.splat(0);
  const m0 = squared ? v128.load(mean) : zero;
  const m1 = squared ? v128.load(mean, 16) : zero;
  const m2 = squared ? v128.load(mean, 32) : zero;
  const m3 = squared ? v128.load(mean, 48) : zero;
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  for (let row = 0; row < count; row++) {
    s0 = f32x4.add(s0, term(v128.load(x), m0, squared));
    s1 = f32x4.add(s1, term(v128.load(x, 16), m1, squared));
    s2 = f32x4.add(s2, term(v128.load(x, 32), m2, squared));
    s3 = f32x4.add(s3, term(v128.load(x, 48), m3, squared));
    x += line;
  }
  v128.store(sums, f32x4.add(v128.load(sums), s0));
  v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
  v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
  v128.store(sums, f32x4.add(v128.load(sums, 48), s3), 48);
}

@inline
function sumVector(x: usize, line: i32, count: i32, mean: usize, sums: usize, lanes: i32, squared: bool): void {
  const m = squared ? loadLanes(mean, lanes) : f32x4.splat(0);
  let sum = f32x4.splat(0);
  for (let row = 0; row < count; row++) {
    sum = f32x4.add(sum, term(loadLanes(x, lanes), m, squared));
    x += line;
  }
  storeLanes(sums, f32x4.add(loadLanes(sums, lanes), sum), lanes);
}

function divide(values: usize, count: i32, by: i32): void {
  for (let i = 0; i < count; i++) {
    const at = values + (i << 2);
    store<f32>(at, load<f32>(at) / <f32>by);
  }
}
