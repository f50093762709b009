/**
 * Integer matrix products for the inference of networks with approximate multipliers. Layouts: row major, pointers are byte
 * offsets; codes are bytes (two's complement bits of the value, as `tableIndex` of src/nn has them), a row of k per output
 * pixel (im2col) and a row of k per output channel, which is the network's own order. Sums are int32 [m][n] and wrap.
 */
import type { KernelInstance } from './kernels.js';

export interface TableKernels {
  /**
   * sums[m][n] = sum over k of table[act code][weight code], for act codes [m][k], weight codes [n][k] and a table of int32
   * with 2^weightBits entries per act code.
   */
  tableMatmul8(
    acts: number,
    weights: number,
    table: number,
    sums: number,
    m: number,
    k: number,
    n: number,
    weightBits: number,
  ): void;
  /**
   * The same, some times faster, for at most 4 bits each and a table whose entries fit int16; fastest when they
   * are small.
   * @throws RangeError for more than 4 bits
   */
  tableMatmul4(
    acts: number,
    weights: number,
    table: number,
    sums: number,
    m: number,
    k: number,
    n: number,
    actBits: number,
    weightBits: number,
  ): void;
  /**
   * Exact products: sums[m][n] = sum over k of acts[m][k] * weights[n][k], both of int16 (values, not codes).
   * @throws RangeError when k is odd: append a zero
   */
  intMatmul(acts: number, weights: number, sums: number, m: number, k: number, n: number): void;
}

export interface TableKernelInstance extends Omit<KernelInstance, 'kernels'> {
  readonly kernels: TableKernels;
}
