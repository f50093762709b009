/** Dense matrices of float32, row after row. */

/** a [rows][inner] times the transpose of b [columns][inner]: [rows][columns]. Four columns at a time, for speed. */
export function multiplyByTransposed(a: Float32Array, b: Float32Array, inner: number): Float32Array {
  const rows = a.length / inner;
  const columns = b.length / inner;
  const product = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const aBase = row * inner;
    for (let column = 0; column < columns; column += 4) {
      const b0 = column * inner;
      const b1 = Math.min(column + 1, columns - 1) * inner;
      const b2 = Math.min(column + 2, columns - 1) * inner;
      const b3 = Math.min(column + 3, columns - 1) * inner;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let i = 0; i < inner; i++) {
        const value = a[aBase + i] ?? 0;
        sum0 += value * (b[b0 + i] ?? 0);
        sum1 += value * (b[b1 + i] ?? 0);
        sum2 += value * (b[b2 + i] ?? 0);
        sum3 += value * (b[b3 + i] ?? 0);
      }
      const base = row * columns + column;
      product[base] = sum0;
      if (column + 1 < columns) product[base + 1] = sum1;
      if (column + 2 < columns) product[base + 2] = sum2;
      if (column + 3 < columns) product[base + 3] = sum3;
    }
  }
  return product;
}

/** matrix [rows][columns] -> [columns][rows] */
export function transpose(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] ?? 0;
    }
  }
  return result;
}
