import { NnError } from '../errors.js';
import { TensorProto_DataType as DataType, type TensorProto } from './onnx_pb.js';
import { sizeOf, type ElementType, type Tensor } from './tensor.js';

interface Storage {
  readonly type: ElementType;
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number;
  /** Where values sit when the writer did not use raw_data. */
  readonly typed: (proto: TensorProto) => readonly (number | bigint)[];
}

const int32Data = (proto: TensorProto): readonly number[] => proto.int32Data;

const storages: Readonly<Record<number, Storage>> = {
  [DataType.FLOAT]: {
    type: 'float32',
    bytes: 4,
    get: (v, at) => v.getFloat32(at, true),
    typed: (p) => p.floatData,
  },
  [DataType.DOUBLE]: {
    type: 'float64',
    bytes: 8,
    get: (v, at) => v.getFloat64(at, true),
    typed: (p) => p.doubleData,
  },
  [DataType.INT8]: { type: 'int8', bytes: 1, get: (v, at) => v.getInt8(at), typed: int32Data },
  [DataType.UINT8]: { type: 'uint8', bytes: 1, get: (v, at) => v.getUint8(at), typed: int32Data },
  [DataType.INT16]: { type: 'int16', bytes: 2, get: (v, at) => v.getInt16(at, true), typed: int32Data },
  [DataType.UINT16]: { type: 'uint16', bytes: 2, get: (v, at) => v.getUint16(at, true), typed: int32Data },
  [DataType.INT32]: { type: 'int32', bytes: 4, get: (v, at) => v.getInt32(at, true), typed: int32Data },
  [DataType.UINT32]: {
    type: 'uint32',
    bytes: 4,
    get: (v, at) => v.getUint32(at, true),
    typed: (p) => p.uint64Data,
  },
  [DataType.BOOL]: { type: 'bool', bytes: 1, get: (v, at) => v.getUint8(at), typed: int32Data },
  [DataType.INT64]: {
    type: 'int64',
    bytes: 8,
    get: (v, at) => Number(v.getBigInt64(at, true)),
    typed: (p) => p.int64Data,
  },
};

/** @throws NnError NN001 when the data do not fill the shape, NN003 for an element type that is not supported */
export function readTensor(proto: TensorProto): Tensor {
  const where = `tensor "${proto.name}"`;
  const storage = storages[proto.dataType];
  if (storage === undefined) {
    throw new NnError(
      'NN003',
      `${where} has element type ${DataType[proto.dataType] ?? proto.dataType}, which is not supported.`,
    );
  }
  const dims = proto.dims.map(Number);
  const count = sizeOf(dims);
  if (!dims.every((size) => Number.isInteger(size) && size >= 0) || count > 2 ** 31) {
    throw new NnError('NN001', `${where} has shape [${dims.join(', ')}]. The file is damaged.`);
  }
  const found = proto.rawData.length > 0 ? proto.rawData.length / storage.bytes : storage.typed(proto).length;
  if (found !== count) {
    throw new NnError(
      'NN001',
      `${where} of shape [${dims.join(', ')}] needs ${count} values, but the file holds ${found}. The file is damaged.`,
    );
  }
  const data = storage.type === 'float32' ? new Float32Array(count) : new Float64Array(count);
  if (proto.rawData.length > 0) {
    const view = new DataView(proto.rawData.buffer, proto.rawData.byteOffset, proto.rawData.byteLength);
    for (let i = 0; i < count; i++) data[i] = storage.get(view, i * storage.bytes);
  } else {
    storage.typed(proto).forEach((value, i) => (data[i] = Number(value)));
  }
  return { type: storage.type, dims, data };
}
