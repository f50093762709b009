/**
 * The few dense operations that the factorizations need, on row-major Float64Array. Sizes are the caller's to keep; all
 * loops run over contiguous rows, and the product adds four rows at a time, which is what makes it fast without tiling.
 */

/** Row-major: values[row * columns + column]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/** a (m x k) times b (k x n); written into `out` when given. */
export function product(a: Matrix, b: Matrix, out: Matrix = zeros(a.rows, b.columns)): Matrix {
  out.values.fill(0);
  for (let row = 0; row < a.rows; row++) addRowProduct(a, b, out, row, b.columns);
  return out;
}

/** First `width` entries of out's row += the row of a times b. */
function addRowProduct(a: Matrix, b: Matrix, out: Matrix, row: number, width: number): void {
  const n = b.columns;
  const [x, y, z] = [a.values, b.values, out.values];
  const to = row * out.columns;
  let k = 0;
  for (; k + 3 < a.columns; k += 4) {
    const at = row * a.columns + k;
    const x0 = x[at] ?? 0;
    const x1 = x[at + 1] ?? 0;
    const x2 = x[at + 2] ?? 0;
    const x3 = x[at + 3] ?? 0;
    const [y0, y1, y2, y3] = [k * n, (k + 1) * n, (k + 2) * n, (k + 3) * n];
    for (let j = 0; j < width; j++) {
      z[to + j] =
        (z[to + j] ?? 0) +
        x0 * (y[y0 + j] ?? 0) +
        x1 * (y[y1 + j] ?? 0) +
        x2 * (y[y2 + j] ?? 0) +
        x3 * (y[y3 + j] ?? 0);
    }
  }
  for (; k < a.columns; k++) {
    const factor = x[row * a.columns + k] ?? 0;
    for (let j = 0; j < width; j++) z[to + j] = (z[to + j] ?? 0) + factor * (y[k * n + j] ?? 0);
  }
}

export function transpose(a: Matrix): Matrix {
  const out = zeros(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) out.values[j * a.rows + i] = a.values[i * a.columns + j] ?? 0;
  }
  return out;
}

/** a' a, exactly symmetric: the lower half is computed and mirrored. */
export function gram(a: Matrix): Matrix {
  const left = transpose(a);
  const out = zeros(a.columns, a.columns);
  for (let row = 0; row < a.columns; row++) addRowProduct(left, a, out, row, row + 1);
  mirrorLower(out);
  return out;
}

function mirrorLower({ rows, values }: Matrix): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) values[j * rows + i] = values[i * rows + j] ?? 0;
}

/** Entry by entry. */
export function hadamard(a: Matrix, b: Matrix): Matrix {
  return { ...a, values: a.values.map((value, i) => value * (b.values[i] ?? 0)) };
}

/** Khatri-Rao: row (i, j), j fastest, is the entrywise product of row i of a and row j of b. */
export function khatriRao(a: Matrix, b: Matrix): Matrix {
  const { columns } = a;
  const out = zeros(a.rows * b.rows, columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      const to = (i * b.rows + j) * columns;
      for (let r = 0; r < columns; r++) {
        out.values[to + r] = (a.values[i * columns + r] ?? 0) * (b.values[j * columns + r] ?? 0);
      }
    }
  }
  return out;
}

/** Sum of entrywise products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function trace({ rows, values }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += values[i * rows + i] ?? 0;
  return sum;
}

/** Lower L with L L' = a + shift I; undefined where a + shift I is not positive definite to working precision. */
export function cholesky(a: Matrix, shift: number): Matrix | undefined {
  const n = a.rows;
  const lower = zeros(n, n);
  const l = lower.values;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (a.values[i * n + j] ?? 0) + (i === j ? shift : 0);
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] ?? 0) * (l[j * n + k] ?? 0);
      if (i === j && !(sum > 0)) return undefined;
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / (l[j * n + j] ?? 1);
    }
  }
  return lower;
}

/** As `cholesky`; where the shift is too small, it grows from 1e-12 of the mean diagonal until it is not. */
function certainCholesky(a: Matrix, shift: number): Matrix {
  const least = (trace(a) / a.rows) * 1e-12 || 1e-300;
  let lower = cholesky(a, shift);
  for (let extra = least; lower === undefined; extra *= 100) lower = cholesky(a, shift + extra);
  return lower;
}

/** right (a + shift I)^-1 for a symmetric positive semidefinite a, whose shift grows where it is too small. */
export function solve(a: Matrix, shift: number, right: Matrix): Matrix {
  const n = a.rows;
  const l = certainCholesky(a, shift).values;
  const values = Float64Array.from(right.values);
  for (let row = 0; row < right.rows; row++) {
    const x = values.subarray(row * n, (row + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = x[i] ?? 0;
      for (let k = 0; k < i; k++) sum -= (l[i * n + k] ?? 0) * (x[k] ?? 0);
      x[i] = sum / (l[i * n + i] ?? 1);
    }
    for (let i = n - 1; i >= 0; i--) {
      const value = (x[i] ?? 0) / (l[i * n + i] ?? 1);
      x[i] = value;
      for (let k = 0; k < i; k++) x[k] = (x[k] ?? 0) - value * (l[i * n + k] ?? 0);
    }
  }
  return { ...right, values };
}

/** (a + shift I)^-1, exactly symmetric; pays where it is applied many times. The shift grows where it is too small. */
export function inverseOf(a: Matrix, shift: number): Matrix {
  return gram(inverseOfLower(certainCholesky(a, shift)));
}

/** By forward substitution, one row of the result at a time. */
function inverseOfLower(lower: Matrix): Matrix {
  const n = lower.rows;
  const out = zeros(n, n);
  const [l, x] = [lower.values, out.values];
  for (let i = 0; i < n; i++) {
    x[i * n + i] = 1;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k] ?? 0;
      for (let j = 0; j <= k; j++) x[i * n + j] = (x[i * n + j] ?? 0) - factor * (x[k * n + j] ?? 0);
    }
    const pivot = l[i * n + i] ?? 1;
    for (let j = 0; j <= i; j++) x[i * n + j] = (x[i * n + j] ?? 0) / pivot;
  }
  return out;
}
