/** Matrix products and transposition in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels } from '../kernels.js';
import { depthBlock } from './sizes.js';

/** Where a[row][depth] lies, as steps of an element index. */
interface Strides {
  readonly row: number;
  readonly depth: number;
}

const { fround } = Math;

export function matmulKernels(
  memory: WebAssembly.Memory,
): Pick<Kernels, 'matmul' | 'matmulTransposedA' | 'transpose'> {
  return {
    matmul: (a, b, c, m, k, n, accumulate) =>
      multiply(
        new Float32Array(memory.buffer),
        a >> 2,
        { row: k, depth: 1 },
        b >> 2,
        c >> 2,
        m,
        k,
        n,
        accumulate,
      ),
    matmulTransposedA: (a, b, c, m, k, n, accumulate) =>
      multiply(
        new Float32Array(memory.buffer),
        a >> 2,
        { row: 1, depth: m },
        b >> 2,
        c >> 2,
        m,
        k,
        n,
        accumulate,
      ),
    transpose: (from, to, rows, columns) => {
      const f = new Float32Array(memory.buffer);
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          f[(to >> 2) + column * rows + row] = f[(from >> 2) + row * columns + column] ?? 0;
        }
      }
    },
  };
}

/** Pointers are element indexes. Each block of the depth is summed in order from 0, then added to c. */
function multiply(
  f: Float32Array,
  a: number,
  strides: Strides,
  b: number,
  c: number,
  m: number,
  k: number,
  n: number,
  accumulate: boolean,
): void {
  if (!accumulate) f.fill(0, c, c + m * n);
  const partial = new Float32Array(n);
  for (let row = 0; row < m; row += 1) {
    for (let from = 0; from < k; from += depthBlock) {
      const to = Math.min(k, from + depthBlock);
      partial.fill(0);
      for (let depth = from; depth < to; depth += 1) {
        const factor = f[a + row * strides.row + depth * strides.depth] ?? 0;
        const line = b + depth * n;
        for (let j = 0; j < n; j += 1) partial[j] = (partial[j] ?? 0) + fround(factor * (f[line + j] ?? 0));
      }
      const target = c + row * n;
      for (let j = 0; j < n; j += 1) f[target + j] = (f[target + j] ?? 0) + (partial[j] ?? 0);
    }
  }
}
