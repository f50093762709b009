/** Where a layer's codes lie and what multiplies them: a SIMD kernel, or plain code for depthwise layers. */
import type { TableKernelInstance } from '../../kernels/table-kernels.js';
import { depthOf, type ProductLayer } from '../layers.js';
import { prepareDepthwise } from './accumulate.js';

/** Room for the codes of some pictures. */
export interface Place {
  /** To be filled with [picture][pixel][ky][kx][channel] codes before each use; valid until the next call. */
  columns(): Uint8Array;
  /**
   * Accumulators [picture][pixel][output channel] without bias, of the codes of so many pictures in `columns`, with this
   * table; valid until the next call.
   */
  prepare(table: Int32Array): (pictures: number) => Int32Array;
}

const pixelsOf = ({ output }: ProductLayer): number => output[0] * output[1];

export function plainPlace(of: ProductLayer, pictures: number): Place {
  const pixels = pixelsOf(of);
  const columns = new Uint8Array(pictures * pixels * depthOf(of));
  const acc = new Int32Array(pictures * pixels * of.output[2]);
  return {
    columns: () => columns,
    prepare: (table) => {
      const accumulate = prepareDepthwise(of, table);
      return (count) => {
        accumulate(columns, count * pixels, acc);
        return acc;
      };
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
export function kernelPlace(of: ProductLayer, pictures: number, { instance, reserve }: Arena): Place {
  const { kernels, memory } = instance;
  const { actBits, weightBits, weightCodes } = of;
  const depth = depthOf(of);
  const [rows, channels] = [pictures * pixelsOf(of), of.output[2]];
  const columnsAt = reserve(rows * depth);
  const weightsAt = reserve(weightCodes.length);
  const tableAt = reserve(4 * 2 ** (actBits + weightBits));
  const sumsAt = reserve(4 * rows * channels);
  return {
    columns: () => new Uint8Array(memory.buffer, columnsAt, rows * depth),
    prepare: (table) => {
      new Uint8Array(memory.buffer, weightsAt, weightCodes.length).set(weightCodes);
      new Int32Array(memory.buffer, tableAt, table.length).set(table);
      const narrow =
        Math.max(actBits, weightBits) <= 4 && table.every((entry) => entry === (entry << 16) >> 16);
      return (count) => {
        const used = count * pixelsOf(of);
        const operands = [columnsAt, weightsAt, tableAt, sumsAt, used, depth, channels] as const;
        if (narrow) kernels.tableMatmul4(...operands, actBits, weightBits);
        else kernels.tableMatmul8(...operands, weightBits);
        return new Int32Array(memory.buffer, sumsAt, rows * channels);
      };
    },
  };
}
