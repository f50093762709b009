/** Matrix products from tiles of C; B in panels of 8 columns. Elements are f32, or pairs of int16 (T: i32). */
import { loadLanes } from './lanes';
import { scratch } from './scratch';
import { partialTile, tile, tileColumns, tileRows } from './tile';

/** As in ../twin/sizes.ts: sums over k are formed in blocks of this length. */
const depthBlock: i32 = 256;
/** Columns whose panels fit the scratch memory: 256 * 256 elements. */
const columnBlock: i32 = 256;
/** Up to so many rows are too few to pay for packing B, whose lines then must be near each other. */
const unpackedRows: i32 = 64;
const unpackedLine: i32 = 1024;

export function matmul(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, accumulate: bool): void {
  multiply<f32>(a, k << 2, 4, b, n << 2, 4, c, m, k, n, accumulate);
}

export function matmulTransposedA(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, accumulate: bool): void {
  multiply<f32>(a, 4, m << 2, b, n << 2, 4, c, m, k, n, accumulate);
}

/** c[m][n] of int32 from a[m][k] and b[n][k] of int16, k even: a pair along k is one element. */
export function intMatmul(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32): void {
  multiply<i32>(a, k << 1, 4, b, 4, k << 1, c, m, k >> 1, n, false);
}

/** Steps are bytes to the next row or depth of A, to the next depth or column of B. */
function multiply<T>(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  b: usize,
  depthStepB: i32,
  columnStepB: i32,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  accumulate: bool,
): void {
  if (k == 0 && !accumulate) memory.fill(c, 0, (m * n) << 2);
  const few = m <= unpackedRows && columnStepB == 4 && depthStepB <= unpackedLine;
  for (let from = 0; from < n; from += columnBlock) {
    const columns = min(columnBlock, n - from);
    const unpacked = few ? columns - (columns % tileColumns) : 0;
    for (let depth = 0; depth < k; depth += depthBlock) {
      const length = min(depthBlock, k - depth);
      const add = accumulate || depth > 0;
      const lines = a + depth * depthStep;
      const source = b + depth * depthStepB + from * columnStepB;
      const target = c + (from << 2);
      block<T>(lines, rowStep, depthStep, source, depthStepB, 32, target, m, length, unpacked, n, add);
      if (unpacked == columns) continue;
      packPanels(source + unpacked * columnStepB, depthStepB, columnStepB, length, columns - unpacked);
      const rest = target + (unpacked << 2);
      block<T>(lines, rowStep, depthStep, scratch, 32, length << 5, rest, m, length, columns - unpacked, n, add);
    }
  }
}

/** scratch[panel][depth][8], the columns beyond the last as zeros. */
function packPanels(b: usize, depthStep: i32, columnStep: i32, length: i32, columns: i32): void {
  let to = scratch;
  for (let column = 0; column < columns; column += tileColumns) {
    const left = columns - column;
    let from = b + column * columnStep;
    for (let depth = 0; depth < length; depth++) {
      if (columnStep == 4) {
        v128.store(to, loadLanes(from, left));
        v128.store(to, left > 4 ? loadLanes(from + 16, left - 4) : i64x2.splat(0), 16);
      } else {
        for (let lane = 0; lane < tileColumns; lane++) {
          store<u32>(to + (lane << 2), lane < left ? load<u32>(from + lane * columnStep) : 0);
        }
      }
      to += tileColumns << 2;
      from += depthStep;
    }
  }
}

/** One block of the depth, all rows, some columns in panels of 8. */
function block<T>(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  panels: usize,
  depthStepB: i32,
  panelStep: i32,
  c: usize,
  m: i32,
  length: i32,
  columns: i32,
  n: i32,
  add: bool,
): void {
  for (let row = 0; row < m; row += tileRows) {
    const rows = min(tileRows, m - row);
    const line = a + row * rowStep;
    let panel = panels;
    for (let column = 0; column < columns; column += tileColumns) {
      const target = c + ((row * n + column) << 2);
      const left = columns - column;
      const whole = !add && rows == tileRows && left >= tileColumns;
      if (whole) tile<T>(line, rowStep, depthStep, panel, depthStepB, target, n << 2, length);
      else partialTile<T>(line, rowStep, depthStep, panel, depthStepB, target, n << 2, length, rows, left, add);
      panel += panelStep;
    }
  }
}

export function transpose(from: usize, to: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    let target = to + (row << 2);
    for (let column = 0; column < columns; column++) {
      store<f32>(target, load<f32>(from));
      from += 4;
      target += rows << 2;
    }
  }
}
