/**
 * The order of every long float32 sum is part of a kernel's meaning, so that the twin and WebAssembly have the same bits:
 * sums over k (matrix products) and over rows (statistics) are formed in blocks from 0, then the blocks are added up. That
 * is also more accurate than one long sum.
 */
export const depthBlock = 256;
export const rowBlock = 128;

/** Kernel positions [from, to) that lie inside the picture, for an output coordinate. */
export function insideRange(
  out: number,
  stride: number,
  before: number,
  kernel: number,
  size: number,
): readonly [from: number, to: number] {
  const start = out * stride - before;
  return [Math.max(0, -start), Math.min(kernel, size - start)];
}
