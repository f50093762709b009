/** New float networks from old ones. */
import { QuantError } from '../errors.js';
import { consumersOf, convNamed } from './graph.js';
import type { BatchNormNode, ConvNode, FloatModel, FloatNode } from './ir.js';
import { filterSize } from './shapes.js';

export type WeightsByNode = Readonly<Record<string, Float32Array>>;

/** With other weights for the conv nodes named. @throws QuantError QT002 wrong length, QT003 unknown node */
export function withWeights(model: FloatModel, weights: WeightsByNode): FloatModel {
  for (const [name, values] of Object.entries(weights)) {
    const { length } = convNamed(model, name).weights;
    if (values.length !== length)
      throw new QuantError('QT002', `conv "${name}" has ${length} weights, but is given ${values.length}.`);
  }
  return mapNodes(model, (node) => {
    const values = Object.hasOwn(weights, node.name) ? weights[node.name] : undefined;
    return node.kind === 'conv' && values !== undefined ? { ...node, weights: values } : node;
  });
}

const mapNodes = (model: FloatModel, change: (node: FloatNode) => FloatNode): FloatModel => ({
  ...model,
  nodes: model.nodes.map(change),
});

/**
 * Every batch normalization that is the only reader of a conv becomes part of that conv's weights and bias; who read the
 * normalization reads the conv. Others stay.
 */
export function foldBatchNorm(model: FloatModel): FloatModel {
  const consumers = consumersOf(model);
  const folded = new Map<string, ConvNode>();
  const renamed = new Map<string, string>();
  for (const node of model.nodes) {
    const [reader, ...others] = consumers.get(node.name) ?? [];
    if (node.kind !== 'conv' || reader?.kind !== 'batchNorm' || others.length > 0) continue;
    folded.set(node.name, foldInto(node, reader));
    renamed.set(reader.name, node.name);
  }
  const read = (name: string): string => renamed.get(name) ?? name;
  const nodes = model.nodes
    .filter((node) => !renamed.has(node.name))
    .map((node) => rewired(folded.get(node.name) ?? node, read));
  return { ...model, nodes };
}

function rewired(node: FloatNode, read: (name: string) => string): FloatNode {
  if (node.kind === 'add') return { ...node, inputs: [read(node.inputs[0]), read(node.inputs[1])] };
  return { ...node, input: read(node.input) };
}

/** gain = gamma / sqrt(variance + epsilon), offset = beta - mean * gain, in double precision. */
export function affineOf(node: BatchNormNode): {
  readonly gain: Float64Array;
  readonly offset: Float64Array;
} {
  const gain = Float64Array.from(
    node.gamma,
    (gamma, c) => gamma / Math.sqrt((node.variance[c] ?? 0) + node.epsilon),
  );
  const offset = Float64Array.from(node.beta, (beta, c) => beta - (node.mean[c] ?? 0) * (gain[c] ?? 0));
  return { gain, offset };
}

function foldInto(conv: ConvNode, norm: BatchNormNode): ConvNode {
  const { gain, offset } = affineOf(norm);
  const size = filterSize(conv);
  return {
    ...conv,
    weights: conv.weights.map((weight, i) => weight * (gain[Math.floor(i / size)] ?? 0)),
    bias: Float32Array.from(offset, (value, c) => (conv.bias?.[c] ?? 0) * (gain[c] ?? 0) + value),
  };
}
