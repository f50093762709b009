/** Who reads what in a float network. */
import { QuantError } from '../errors.js';
import type { ConvNode, FloatModel, FloatNode } from './ir.js';

/** Names of the nodes (or the network's input) that a node reads. */
export const inputsOf = (node: FloatNode): readonly string[] =>
  node.kind === 'add' ? node.inputs : [node.input];

/** By name of every node and of the input: the nodes that read it, in execution order. */
export function consumersOf(model: FloatModel): ReadonlyMap<string, readonly FloatNode[]> {
  const consumers = new Map<string, FloatNode[]>();
  for (const name of [model.input, ...model.nodes.map((node) => node.name)]) consumers.set(name, []);
  for (const node of model.nodes)
    for (const input of new Set(inputsOf(node))) consumers.get(input)?.push(node);
  return consumers;
}

/** In execution order. */
export const convNodes = (model: FloatModel): readonly ConvNode[] =>
  model.nodes.filter((node) => node.kind === 'conv');

/** @throws QuantError QT003 */
export function nodeNamed(model: FloatModel, name: string): FloatNode {
  const node = model.nodes.find((other) => other.name === name);
  if (node !== undefined) return node;
  const known = model.nodes.map((other) => other.name).join(', ');
  throw new QuantError(
    'QT003',
    `network "${model.name}" has no node "${name}". Its nodes: ${known}. Correct the name.`,
  );
}

/** @throws QuantError QT003 */
export function convNamed(model: FloatModel, name: string): ConvNode {
  const node = nodeNamed(model, name);
  if (node.kind === 'conv') return node;
  throw new QuantError(
    'QT003',
    `node "${name}" of network "${model.name}" is a ${node.kind}, not a convolution.`,
  );
}

/**
 * Nodes whose output is stored as integers, in execution order: the ends of the chains conv, avgPool or add -> batchNorm
 * and relu as long as the next one is the only reader. A chain from an add ends before a batchNorm, because an add has one
 * multiplier for all channels. Max pooling keeps the grid of its input, the last node's output are the logits; neither is
 * listed. It is where src/nn/import expects a quantizer.
 */
export function quantizationPoints(model: FloatModel): readonly string[] {
  const consumers = consumersOf(model);
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const last = model.nodes.at(-1)?.name;
  const goesOn = (node: FloatNode): boolean => {
    const [reader, ...others] = consumers.get(node.name) ?? [];
    if (others.length > 0) return false;
    return reader?.kind === 'relu' || (reader?.kind === 'batchNorm' && startOf(node).kind !== 'add');
  };
  const startOf = (node: FloatNode): FloatNode => {
    if (node.kind !== 'relu' && node.kind !== 'batchNorm') return node;
    const before = nodes.get(node.input);
    return before !== undefined && goesOn(before) ? startOf(before) : node;
  };
  return model.nodes
    .filter((node) => node.kind !== 'maxPool' && node.name !== last && !goesOn(node))
    .map((node) => node.name);
}

/**
 * The stored tensor that a node reads: the node itself when it is a quantization point or the input, and what lies before
 * its max poolings; undefined inside a chain (a batch normalization's input is not stored).
 */
export function storedName(model: FloatModel, name: string): string | undefined {
  if (name === model.input || quantizationPoints(model).includes(name)) return name;
  const node = nodeNamed(model, name);
  return node.kind === 'maxPool' ? storedName(model, node.input) : undefined;
}
