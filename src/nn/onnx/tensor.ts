import { NnError } from '../errors.js';

export type ElementType =
  'float32' | 'float64' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'bool';

/**
 * A dense ONNX tensor, row-major. float32 data sit in a Float32Array, so that storing rounds as the source does; every
 * other type sits in a Float64Array (int64 above 2^53 is refused when reading).
 */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

export const emptyTensor = (dims: readonly number[], type: ElementType = 'float32'): Tensor => ({
  type,
  dims,
  data: type === 'float32' ? new Float32Array(sizeOf(dims)) : new Float64Array(sizeOf(dims)),
});

export function tensorFrom(
  dims: readonly number[],
  values: ArrayLike<number>,
  type: ElementType = 'float32',
): Tensor {
  return { type, dims, data: type === 'float32' ? Float32Array.from(values) : Float64Array.from(values) };
}

/** Row-major strides; 0 where the size is 1, so that the same index walks a broadcast tensor. */
export function broadcastStrides(dims: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const size = dims[axis] ?? 1;
    strides[rank - dims.length + axis] = size === 1 ? 0 : step;
    step *= size;
  }
  return strides;
}

/** numpy broadcasting. @throws NnError NN006 */
export function broadcastDims(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new NnError(
        'NN006',
        `${where} combines shapes [${a.join(', ')}] and [${b.join(', ')}], which do not broadcast.`,
      );
    }
    return x === 1 ? y : x;
  });
}

/** Calls `visit` with the output index and the index into each broadcast operand, row-major. */
export function forEachBroadcast(
  dims: readonly number[],
  operands: readonly (readonly number[])[],
  visit: (at: number, operandAt: readonly number[]) => void,
): void {
  const strides = operands.map((operand) => broadcastStrides(operand, dims.length));
  const position = dims.map(() => 0);
  const at = operands.map(() => 0);
  const count = sizeOf(dims);
  for (let index = 0; index < count; index++) {
    visit(index, at);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      const wraps = next === dims[axis];
      position[axis] = wraps ? 0 : next;
      strides.forEach((stride, k) => {
        at[k] = (at[k] ?? 0) + (stride[axis] ?? 0) * (wraps ? 1 - next : 1);
      });
      if (!wraps) break;
    }
  }
}
