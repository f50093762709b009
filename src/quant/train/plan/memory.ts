import { QuantError } from '../../errors.js';

/** Hands out addresses on the kernels' memory. Everything is 64-byte aligned, a cache line. */
export interface Memory {
  /** Address of `count` 32-bit numbers. */
  readonly allocate: (count: number) => number;
  /** Address of a block that may have been used before and given back. */
  readonly take: (count: number) => number;
  readonly give: (address: number) => void;
  /** Grows the memory to what was handed out; only then are the addresses valid. @throws QuantError QT105 */
  readonly reserve: () => void;
}

const PAGE = 65536;
const LINE = 64;

export function createMemory(memory: WebAssembly.Memory, start: number): Memory {
  let end = Math.ceil(start / LINE) * LINE;
  const sizes = new Map<number, number>();
  const free = new Set<number>();
  const allocate = (count: number): number => {
    const address = end;
    end += Math.ceil((count * 4) / LINE) * LINE;
    return address;
  };
  return {
    allocate,
    take: (count) => {
      const fitting = [...free].filter((address) => (sizes.get(address) ?? 0) >= count);
      const [best] = fitting.sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0));
      if (best !== undefined) {
        free.delete(best);
        return best;
      }
      const address = allocate(count);
      sizes.set(address, count);
      return address;
    },
    give: (address) => free.add(address),
    reserve: () => {
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) grow(memory, Math.ceil(missing / PAGE));
    },
  };
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch {
    const needed = Math.ceil((memory.buffer.byteLength + pages * PAGE) / 2 ** 20);
    throw new QuantError(
      'QT105',
      `the network needs ${needed} MiB for the pictures of one shard, more than a thread can have (4096 MiB at most). ` +
        'Use smaller batches, more shards, or a smaller evaluationBatch.',
    );
  }
}
