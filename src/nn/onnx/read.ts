import { fromBinary } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './onnx_pb.js';
import type { Attribute, GraphInput, OnnxGraph, OnnxNode } from './graph.js';
import type { Tensor } from './tensor.js';
import { readTensor } from './read-tensor.js';

/**
 * Reads an ONNX file. Custom domains need no opset import, initializers may also be listed as inputs, symbolic sizes stay
 * symbolic.
 * @throws NnError NN001 when the bytes are no ONNX model, NN003 for external data or nested graphs
 */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  const model = parseModel(bytes);
  const graph = model.graph;
  if (graph === undefined || graph.node.length === 0) {
    throw new NnError(
      'NN001',
      'the model file holds no graph. Check that it is an ONNX file and was copied completely.',
    );
  }
  const constants = new Map<string, Tensor>();
  for (const proto of graph.initializer) {
    if (proto.dataLocation === DataLocation.EXTERNAL) {
      throw new NnError(
        'NN003',
        `initializer "${proto.name}" is stored in another file. Save the model with its data inside.`,
      );
    }
    constants.set(proto.name, readTensor(proto));
  }
  return {
    name: graph.name,
    opset: Number(
      model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1n,
    ),
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(readInput),
    outputs: graph.output.map(({ name }) => name),
    constants,
    nodes: readNodes(graph),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function parseModel(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NnError(
      'NN001',
      `the model file is not a readable ONNX file (${reason}; ${bytes.length} bytes). Check that it was copied completely.`,
    );
  }
}

function readInput({ name, type }: ValueInfoProto): GraphInput {
  const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
  if (shape === undefined) {
    throw new NnError(
      'NN006',
      `graph input "${name}" has no shape. Export the model with a fixed input shape.`,
    );
  }
  const dims = shape.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.case === 'dimParam' ? value.value : '?';
  });
  return { name, dims };
}

/** Nodes in execution order: the standard demands that order in the file, but not every writer keeps it. */
function readNodes(graph: GraphProto): readonly OnnxNode[] {
  const made = new Set([...graph.initializer, ...graph.input].map(({ name }) => name));
  const waiting = graph.node.map(readNode);
  const ordered: OnnxNode[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ inputs }) => inputs.every((name) => name === '' || made.has(name)));
    const [node] = at < 0 ? [] : waiting.splice(at, 1);
    if (node === undefined) throw unconnected(waiting, made);
    node.outputs.forEach((name) => made.add(name));
    ordered.push(node);
  }
  const missing = graph.output.find(({ name }) => !made.has(name));
  if (missing !== undefined) {
    throw new NnError('NN001', `no node makes the graph output "${missing.name}". The file is damaged.`);
  }
  return ordered;
}

function unconnected(waiting: readonly OnnxNode[], made: ReadonlySet<string>): NnError {
  const node = waiting[0];
  const missing = node?.inputs.find((name) => !made.has(name)) ?? '';
  return new NnError(
    'NN001',
    `node "${node?.name ?? ''}" (${node?.op ?? ''}) reads "${missing}", which nothing in the file makes. The file is damaged.`,
  );
}

function readNode(proto: NodeProto): OnnxNode {
  const name = proto.name === '' ? `${proto.opType}_${proto.output[0] ?? ''}` : proto.name;
  const attributes = new Map<string, Attribute>();
  for (const attribute of proto.attribute) attributes.set(attribute.name, readAttribute(attribute, name));
  return {
    name,
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    inputs: proto.input,
    outputs: proto.output,
    attributes,
  };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function readAttribute(proto: AttributeProto, node: string): Attribute {
  switch (proto.type) {
    case AttributeType.FLOAT:
      return proto.f;
    case AttributeType.INT:
      return Number(proto.i);
    case AttributeType.STRING:
      return text(proto.s);
    case AttributeType.FLOATS:
      return proto.floats;
    case AttributeType.INTS:
      return proto.ints.map(Number);
    case AttributeType.STRINGS:
      return proto.strings.map(text);
    case AttributeType.TENSOR:
      if (proto.t !== undefined) return readTensor(proto.t);
  }
  throw new NnError(
    'NN003',
    `attribute "${proto.name}" of node "${node}" is of a kind that is not supported (${AttributeType[proto.type]}).`,
  );
}
