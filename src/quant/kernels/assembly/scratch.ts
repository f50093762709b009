/** Memory of the kernels' own, below the caller's: 64 K floats, used by one kernel at a time. */
const bytes: i32 = 65536 * 4;

export const scratch: usize = memory.data(bytes, 64);

/** First byte that is the caller's. */
export function heapBase(): usize {
  return (__heap_base + 15) & ~15;
}
