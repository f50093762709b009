import { create, toBinary } from '@bufbuild/protobuf';
import type { Attribute, OnnxGraph, OnnxNode } from './graph.js';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx_pb.js';
import type { ElementType, Tensor } from './tensor.js';

const IR_VERSION = 8n;

/**
 * An ONNX file of the graph; `readOnnx` gives the same graph back. A number or list in an attribute is written as integers,
 * except for the attributes that ONNX defines as floats (epsilon, alpha, min ...).
 */
export function writeOnnx(graph: OnnxGraph, producer = 'nomul'): Uint8Array {
  const domains = new Set(graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: producer,
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(graph.opset) }),
      ...[...domains].map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    metadataProps: [...graph.metadata].map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      initializer: [...graph.constants].map(([name, tensor]) => tensorProto(name, tensor)),
      input: graph.inputs.map(({ name, dims }) => valueInfo(name, dims)),
      output: graph.outputs.map((name) => valueInfo(name, graph.outputDims?.[name])),
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

function valueInfo(name: string, dims?: readonly (number | string)[]): ValueInfoProto {
  const dim = dims?.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === 'number'
          ? { case: 'dimValue', value: BigInt(size) }
          : { case: 'dimParam', value: size },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: DataType.FLOAT,
    ...(dim === undefined ? {} : { shape: create(TensorShapeProtoSchema, { dim }) }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  });
}

function nodeProto(node: OnnxNode): NodeProto {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: [...node.attributes].map(([name, value]) => attributeProto(name, value)),
  });
}

/** Attributes of the supported operators whose numbers are floats; every other number is an integer. */
const floatAttributes = new Set([
  'alpha',
  'beta',
  'epsilon',
  'momentum',
  'min',
  'max',
  'value_float',
  'value_floats',
  'ratio',
]);

function attributeProto(name: string, value: Attribute): AttributeProto {
  const float = floatAttributes.has(name) || (name === 'value' && typeof value === 'number');
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if (typeof value === 'number') {
    return float
      ? create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value })
      : create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if ('dims' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: tensorProto('', value) });
  return listProto(name, value, float);
}

function listProto(name: string, values: readonly (number | string)[], float: boolean): AttributeProto {
  const numbers = values.filter((item) => typeof item === 'number');
  if (numbers.length < values.length) {
    const strings = values.map((item) => new TextEncoder().encode(String(item)));
    return create(AttributeProtoSchema, { name, type: AttributeType.STRINGS, strings });
  }
  return float
    ? create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: numbers })
    : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: numbers.map(BigInt) });
}

interface Storage {
  readonly type: DataType;
  readonly bytes: number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

const storages: Readonly<Record<ElementType, Storage>> = {
  float32: { type: DataType.FLOAT, bytes: 4, set: (v, at, x) => v.setFloat32(at, x, true) },
  float64: { type: DataType.DOUBLE, bytes: 8, set: (v, at, x) => v.setFloat64(at, x, true) },
  int8: { type: DataType.INT8, bytes: 1, set: (v, at, x) => v.setInt8(at, x) },
  uint8: { type: DataType.UINT8, bytes: 1, set: (v, at, x) => v.setUint8(at, x) },
  bool: { type: DataType.BOOL, bytes: 1, set: (v, at, x) => v.setUint8(at, x) },
  int16: { type: DataType.INT16, bytes: 2, set: (v, at, x) => v.setInt16(at, x, true) },
  uint16: { type: DataType.UINT16, bytes: 2, set: (v, at, x) => v.setUint16(at, x, true) },
  int32: { type: DataType.INT32, bytes: 4, set: (v, at, x) => v.setInt32(at, x, true) },
  uint32: { type: DataType.UINT32, bytes: 4, set: (v, at, x) => v.setUint32(at, x, true) },
  int64: { type: DataType.INT64, bytes: 8, set: (v, at, x) => v.setBigInt64(at, BigInt(x), true) },
};

function tensorProto(name: string, { type, dims, data }: Tensor): TensorProto {
  const storage = storages[type];
  const rawData = new Uint8Array(data.length * storage.bytes);
  const view = new DataView(rawData.buffer);
  data.forEach((value, i) => storage.set(view, i * storage.bytes, value));
  return create(TensorProtoSchema, { name, dataType: storage.type, dims: dims.map(BigInt), rawData });
}
