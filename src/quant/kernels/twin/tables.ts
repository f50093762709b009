/** Integer matrix products in plain TypeScript. */
import type { TableKernels } from '../table-kernels.js';

export function tableKernels(memory: WebAssembly.Memory): TableKernels {
  const lookUp: TableKernels['tableMatmul8'] = (acts, weights, table, sums, m, k, n, weightBits) => {
    const codes = new Uint8Array(memory.buffer);
    const entries = new Int32Array(memory.buffer);
    product(entries, sums >> 2, m, k, n, (row, column, depth) => {
      const index =
        ((codes[acts + row * k + depth] ?? 0) << weightBits) | (codes[weights + column * k + depth] ?? 0);
      return entries[(table >> 2) + index] ?? 0;
    });
  };
  return {
    tableMatmul8: lookUp,
    tableMatmul4: (acts, weights, table, sums, m, k, n, _actBits, weightBits) =>
      lookUp(acts, weights, table, sums, m, k, n, weightBits),
    intMatmul: (acts, weights, sums, m, k, n) => {
      const values = new Int16Array(memory.buffer);
      product(new Int32Array(memory.buffer), sums >> 2, m, k, n, (row, column, depth) => {
        const act = values[(acts >> 1) + row * k + depth] ?? 0;
        return act * (values[(weights >> 1) + column * k + depth] ?? 0);
      });
    },
  };
}

function product(
  sums: Int32Array,
  to: number,
  m: number,
  k: number,
  n: number,
  term: (row: number, column: number, depth: number) => number,
): void {
  for (let row = 0; row < m; row += 1) {
    for (let column = 0; column < n; column += 1) {
      let sum = 0;
      for (let depth = 0; depth < k; depth += 1) sum = (sum + term(row, column, depth)) | 0;
      sums[to + row * n + column] = sum;
    }
  }
}
