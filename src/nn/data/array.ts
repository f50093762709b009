/** Numbers of a data file, row-major. */
export type ArrayType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'bool';

export interface NumericArray {
  readonly type: ArrayType;
  readonly dims: readonly number[];
  readonly data:
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array
    | Float32Array
    | Float64Array;
}

interface Layout {
  readonly bytes: number;
  readonly make: (count: number) => NumericArray['data'];
  readonly get: (view: DataView, at: number, little: boolean) => number;
}

export const layouts: Readonly<Record<ArrayType, Layout>> = {
  uint8: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => v.getUint8(at) },
  bool: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => v.getUint8(at) },
  int8: { bytes: 1, make: (n) => new Int8Array(n), get: (v, at) => v.getInt8(at) },
  uint16: { bytes: 2, make: (n) => new Uint16Array(n), get: (v, at, little) => v.getUint16(at, little) },
  int16: { bytes: 2, make: (n) => new Int16Array(n), get: (v, at, little) => v.getInt16(at, little) },
  uint32: { bytes: 4, make: (n) => new Uint32Array(n), get: (v, at, little) => v.getUint32(at, little) },
  int32: { bytes: 4, make: (n) => new Int32Array(n), get: (v, at, little) => v.getInt32(at, little) },
  int64: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    get: (v, at, little) => Number(v.getBigInt64(at, little)),
  },
  uint64: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    get: (v, at, little) => Number(v.getBigUint64(at, little)),
  },
  float32: { bytes: 4, make: (n) => new Float32Array(n), get: (v, at, little) => v.getFloat32(at, little) },
  float64: { bytes: 8, make: (n) => new Float64Array(n), get: (v, at, little) => v.getFloat64(at, little) },
};

export const countOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** `count` elements of a type from raw bytes. The caller has checked the length. */
export function decodeElements(
  type: ArrayType,
  bytes: Uint8Array,
  count: number,
  little: boolean,
): NumericArray['data'] {
  const layout = layouts[type];
  const data = layout.make(count);
  if (layout.bytes === 1 && type !== 'int8') {
    data.set(bytes.subarray(0, count));
    return data;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) data[i] = layout.get(view, i * layout.bytes, little);
  return data;
}
