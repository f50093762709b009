/** Sums of products that are looked up in a table [act code][weight code] of int32. */
import { loadLanes, storeLanes } from './lanes';
import { scratch } from './scratch';

/** Weight codes of one panel, [depth][16], that the scratch memory holds after the table's rows. */
const depthBlock: i32 = 8192;
const panelColumns: i32 = 16;
const rowBytes: i32 = 32;

/** sums[m][n] from act codes [m][k] and weight codes [n][k], a byte each; four columns at a time. */
export function tableMatmul8(
  acts: usize,
  weights: usize,
  table: usize,
  sums: usize,
  m: i32,
  k: i32,
  n: i32,
  weightBits: i32,
): void {
  const shift = weightBits + 2;
  for (let row = 0; row < m; row++) {
    const act = acts + row * k;
    let column = 0;
    for (; column + 4 <= n; column += 4) {
      const w0 = weights + column * k;
      const w1 = w0 + k;
      const w2 = w1 + k;
      const w3 = w2 + k;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let depth = 0; depth < k; depth++) {
        const products = table + (<i32>load<u8>(act + depth) << shift);
        s0 += load<i32>(products + (<i32>load<u8>(w0 + depth) << 2));
        s1 += load<i32>(products + (<i32>load<u8>(w1 + depth) << 2));
        s2 += load<i32>(products + (<i32>load<u8>(w2 + depth) << 2));
        s3 += load<i32>(products + (<i32>load<u8>(w3 + depth) << 2));
      }
      store<i32>(sums + ((row * n + column) << 2), s0);
      store<i32>(sums + ((row * n + column) << 2), s1, 4);
      store<i32>(sums + ((row * n + column) << 2), s2, 8);
      store<i32>(sums + ((row * n + column) << 2), s3, 12);
    }
    for (; column < n; column++) {
      const weight = weights + column * k;
      let sum = 0;
      for (let depth = 0; depth < k; depth++) {
        const index = (<i32>load<u8>(act + depth) << weightBits) | <i32>load<u8>(weight + depth);
        sum += load<i32>(table + (index << 2));
      }
      store<i32>(sums + ((row * n + column) << 2), sum);
    }
  }
}

/**
 * The same for codes of at most 4 bits and products that fit int16. The 16 products of an act code are two vectors, low and
 * high bytes, from which 16 weight codes pick at once; int16 sums move to int32 before they can overflow.
 */
export function tableMatmul4(
  acts: usize,
  weights: usize,
  table: usize,
  sums: usize,
  m: i32,
  k: i32,
  n: i32,
  actBits: i32,
  weightBits: i32,
): void {
  const safe = packTable(table, actBits, weightBits);
  memory.fill(sums, 0, (m * n) << 2);
  for (let column = 0; column < n; column += panelColumns) {
    const columns = min(panelColumns, n - column);
    for (let from = 0; from < k; from += depthBlock) {
      const length = min(depthBlock, k - from);
      packCodes(weights + column * k + from, k, length, columns);
      for (let row = 0; row < m; row++) {
        addLookups(acts + row * k + from, length, safe, sums + ((row * n + column) << 2), columns);
      }
    }
  }
}

/** scratch[act code] = 16 low bytes, 16 high bytes. Returns how many products an int16 sum holds. */
function packTable(table: usize, actBits: i32, weightBits: i32): i32 {
  const columns = 1 << weightBits;
  let greatest = 1;
  for (let act = 0; act < 1 << actBits; act++) {
    for (let weight = 0; weight < columns; weight++) {
      const product = load<i32>(table + ((act * columns + weight) << 2));
      store<u8>(scratch + act * rowBytes + weight, <u8>product);
      store<u8>(scratch + act * rowBytes + 16 + weight, <u8>(product >> 8));
      greatest = max(greatest, abs(product));
    }
  }
  return max(1, 32767 / greatest);
}

@inline
function panel(): usize {
  return scratch + 16 * rowBytes;
}

/** panel[depth][16] from weight codes [column][k]; missing columns are code 0. */
function packCodes(weights: usize, k: i32, length: i32, columns: i32): void {
  for (let depth = 0; depth < length; depth++) {
    for (let lane = 0; lane < panelColumns; lane++) {
      store<u8>(panel() + depth * panelColumns + lane, lane < columns ? load<u8>(weights + lane * k + depth) : 0);
    }
  }
}

/** sums[columns] += the products of one row with the panel. */
@inline
function addLookups(acts: usize, length: i32, safe: i32, sums: usize, columns: i32): void {
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let weights = panel();
  for (let from = 0; from < length; from += safe) {
    const end = acts + min(from + safe, length);
    let low = i16x8.splat(0);
    let high = low;
    for (let act = acts + from; act < end; act++) {
      const row = scratch + <i32>load<u8>(act) * rowBytes;
      const codes = v128.load(weights);
      const lowBytes = i8x16.swizzle(v128.load(row), codes);
      const highBytes = i8x16.swizzle(v128.load(row, 16), codes);
      low = i16x8.add(low, i8x16.shuffle(lowBytes, highBytes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      high = i16x8.add(
        high,
        i8x16.shuffle(lowBytes, highBytes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      );
      weights += panelColumns;
    }
    s0 = i32x4.add(s0, i32x4.extend_low_i16x8_s(low));
    s1 = i32x4.add(s1, i32x4.extend_high_i16x8_s(low));
    s2 = i32x4.add(s2, i32x4.extend_low_i16x8_s(high));
    s3 = i32x4.add(s3, i32x4.extend_high_i16x8_s(high));
  }
  addInts(sums, s0, columns);
  addInts(sums + 16, s1, columns - 4);
  addInts(sums + 32, s2, columns - 8);
  addInts(sums + 48, s3, columns - 12);
}

@inline
function addInts(to: usize, value: v128, lanes: i32): void {
  if (lanes > 0) storeLanes(to, i32x4.add(loadLanes(to, lanes), value), lanes);
}
