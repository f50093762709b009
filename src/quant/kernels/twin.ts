/** The kernels in plain TypeScript: what WebAssembly has to compute, in every bit. Slow; for tests and for reading. */
import type { KernelInstance } from './kernels.js';
import type { TableKernelInstance } from './table-kernels.js';
import { columnKernels } from './twin/columns.js';
import { depthwiseKernels } from './twin/depthwise.js';
import { elementwiseKernels } from './twin/elementwise.js';
import { lossKernels } from './twin/loss.js';
import { matmulKernels } from './twin/matmul.js';
import { normalizationKernels } from './twin/normalization.js';
import { poolKernels } from './twin/pool.js';
import { tableKernels } from './twin/tables.js';

/** Pointer 0 means "not wanted", so nothing may lie there. */
const firstByte = 16;

/** Kernels on a fresh memory of one page. */
export function createTwin(): KernelInstance {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return {
    memory,
    heapBase: firstByte,
    kernels: {
      ...matmulKernels(memory),
      ...columnKernels(memory),
      ...depthwiseKernels(memory),
      ...normalizationKernels(memory),
      ...elementwiseKernels(memory),
      ...poolKernels(memory),
      ...lossKernels(memory),
    },
  };
}

/** The integer kernels likewise. */
export function createTableTwin(): TableKernelInstance {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return { memory, heapBase: firstByte, kernels: tableKernels(memory) };
}
