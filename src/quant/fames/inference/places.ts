/** Where a layer's codes lie and what multiplies them: a SIMD kernel, or plain code for depthwise layers. */
import type { TableKernelInstance } from '../../kernels/table-kernels.js';
import { depthOf, type ProductLayer } from '../layers.js';
import { prepareAccumulate } from './accumulate.js';

export interface Place {
  /** To be filled with [pixel][ky][kx][channel] codes before each use; valid until the next call. */
  columns(): Uint8Array;
  /** Accumulators [pixel][output channel] without bias, of the codes in `columns`, with this table. */
  prepare(table: Int32Array): (acc: Float64Array) => void;
}

/** Depthwise layers: every channel has its own weights, so there is no matrix product in them. */
export function plainPlace(of: ProductLayer): Place {
  const columns = new Uint8Array(of.output[0] * of.output[1] * depthOf(of));
  return {
    columns: () => columns,
    prepare: (table) => {
      const accumulate = prepareAccumulate(of, table);
      return (acc) => accumulate(columns, acc);
    },
  };
}

/** Hands out parts of the kernels' memory. */
export interface Arena {
  readonly instance: TableKernelInstance;
  readonly reserve: (bytes: number) => number;
}

const PAGE = 65536;

export function createArena(instance: TableKernelInstance): Arena {
  let next = instance.heapBase;
  return {
    instance,
    reserve: (bytes) => {
      const pointer = next;
      next += Math.ceil(bytes / 16) * 16;
      const missing = next - instance.memory.buffer.byteLength;
      if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE));
      return pointer;
    },
  };
}

/** Looked-up matrix products in the kernels' memory: sixteen at a time for codes of at most 4 bits and products of 16. */
export function kernelPlace(of: ProductLayer, { instance, reserve }: Arena): Place {
  const { kernels, memory } = instance;
  const { actBits, weightBits, weightCodes } = of;
  const depth = depthOf(of);
  const [pixels, channels] = [of.output[0] * of.output[1], of.output[2]];
  const columnsAt = reserve(pixels * depth);
  const weightsAt = reserve(weightCodes.length);
  const tableAt = reserve(4 * 2 ** (actBits + weightBits));
  const sumsAt = reserve(4 * pixels * channels);
  return {
    columns: () => new Uint8Array(memory.buffer, columnsAt, pixels * depth),
    prepare: (table) => {
      new Uint8Array(memory.buffer, weightsAt, weightCodes.length).set(weightCodes);
      new Int32Array(memory.buffer, tableAt, table.length).set(table);
      const narrow =
        Math.max(actBits, weightBits) <= 4 && table.every((entry) => entry === (entry << 16) >> 16);
      return (acc) => {
        const operands = [columnsAt, weightsAt, tableAt, sumsAt, pixels, depth, channels] as const;
        if (narrow) kernels.tableMatmul4(...operands, actBits, weightBits);
        else kernels.tableMatmul8(...operands, weightBits);
        acc.set(new Int32Array(memory.buffer, sumsAt, pixels * channels));
      };
    },
  };
}
