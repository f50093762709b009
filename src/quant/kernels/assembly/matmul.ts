/** Matrix products: tiles of 6 rows by 8 columns in twelve accumulators, B packed into panels of 8 columns. */
import { loadLanes, multiplyAdd, storeLanes } from './lanes';
import { scratch } from './scratch';

/** As in ../twin/sizes.ts: sums over k are formed in blocks of this length. */
const depthBlock: i32 = 256;
/** Columns whose panels fit the scratch memory: 256 * 256 floats. */
const columnBlock: i32 = 256;
const tileRows: i32 = 6;
const tileColumns: i32 = 8;

export function matmul(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, accumulate: bool): void {
  multiply(a, k << 2, 4, b, c, m, k, n, accumulate);
}

export function matmulTransposedA(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, accumulate: bool): void {
  multiply(a, 4, m << 2, b, c, m, k, n, accumulate);
}

/** Steps are bytes from one row, one depth, of A to the next. */
function multiply(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  b: usize,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  accumulate: bool,
): void {
  if (k == 0 && !accumulate) memory.fill(c, 0, (m * n) << 2);
  for (let from = 0; from < n; from += columnBlock) {
    const columns = min(columnBlock, n - from);
    for (let depth = 0; depth < k; depth += depthBlock) {
      const length = min(depthBlock, k - depth);
      packPanels(b + ((depth * n + from) << 2), length, columns, n);
      block(
        a + depth * depthStep,
        rowStep,
        depthStep,
        c + (from << 2),
        m,
        length,
        columns,
        n,
        accumulate || depth > 0,
      );
    }
  }
}

/** scratch[panel][depth][8], the columns beyond the last as zeros. */
function packPanels(b: usize, length: i32, columns: i32, n: i32): void {
  let to = scratch;
  for (let column = 0; column < columns; column += tileColumns) {
    const left = columns - column;
    let from = b + (column << 2);
    for (let depth = 0; depth < length; depth++) {
      v128.store(to, loadLanes(from, left));
      v128.store(to, left > 4 ? loadLanes(from + 16, left - 4) : f32x4.splat(0), 16);
      to += tileColumns << 2;
      from += n << 2;
    }
  }
}

/** One block of the depth, all rows, the packed columns. */
function block(
  a: usize,
  rowStep: i32,
  depthStep: i32,
  c: usize,
  m: i32,
  length: i32,
  columns: i32,
  n: i32,
  add: bool,
): void {
  const panelBytes = (length * tileColumns) << 2;
  for (let row = 0; row < m; row += tileRows) {
    const rows = min(tileRows, m - row);
    let panel = scratch;
    for (let column = 0; column < columns; column += tileColumns) {
      tile(
        a + row * rowStep,
        rowStep,
        depthStep,
        panel,
        c + ((row * n + column) << 2),
        n << 2,
        length,
        rows,
        columns - column,
        add,
      );
      panel += panelBytes;
    }
  }
}

/** Rows beyond the last read the last one again and are not stored. */
function tile(
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
  let c00 = f32x4.splat(0);
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
    let factor = v128.load_splat<f32>(a0);
    c00 = multiplyAdd(c00, factor, b0);
    c01 = multiplyAdd(c01, factor, b1);
    factor = v128.load_splat<f32>(a1);
    c10 = multiplyAdd(c10, factor, b0);
    c11 = multiplyAdd(c11, factor, b1);
    factor = v128.load_splat<f32>(a2);
    c20 = multiplyAdd(c20, factor, b0);
    c21 = multiplyAdd(c21, factor, b1);
    factor = v128.load_splat<f32>(a3);
    c30 = multiplyAdd(c30, factor, b0);
    c31 = multiplyAdd(c31, factor, b1);
    factor = v128.load_splat<f32>(a4);
    c40 = multiplyAdd(c40, factor, b0);
    c41 = multiplyAdd(c41, factor, b1);
    factor = v128.load_splat<f32>(a5);
    c50 = multiplyAdd(c50, factor, b0);
    c51 = multiplyAdd(c51, factor, b1);
    a0 += depthStep;
    a1 += depthStep;
    a2 += depthStep;
    a3 += depthStep;
    a4 += depthStep;
    a5 += depthStep;
  }
  storeRow(c, c00, c01, columns, add);
  if (rows > 1) storeRow(c + lineBytes, c10, c11, columns, add);
  if (rows > 2) storeRow(c + 2 * lineBytes, c20, c21, columns, add);
  if (rows > 3) storeRow(c + 3 * lineBytes, c30, c31, columns, add);
  if (rows > 4) storeRow(c + 4 * lineBytes, c40, c41, columns, add);
  if (rows > 5) storeRow(c + 5 * lineBytes, c50, c51, columns, add);
}

@inline
function storeRow(c: usize, low: v128, high: v128, columns: i32, add: bool): void {
  if (columns >= tileColumns && !add) {
    v128.store(c, low);
    v128.store(c, high, 16);
  } else storePartialRow(c, low, high, columns, add);
}

function storePartialRow(c: usize, low: v128, high: v128, columns: i32, add: bool): void {
  storeLanes(c, add ? f32x4.add(loadLanes(c, columns), low) : low, columns);
  if (columns > 4) storeLanes(c + 16, add ? f32x4.add(loadLanes(c + 16, columns - 4), high) : high, columns - 4);
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
