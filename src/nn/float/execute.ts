import { NnError } from '../errors.js';
import { describe, type OnnxGraph, type OnnxNode } from '../onnx/graph.js';
import { emptyTensor, sizeOf, type Tensor } from '../onnx/tensor.js';
import { elementwiseOperators } from './elementwise.js';
import type { Operator } from './operator.js';
import { quantizerOperators } from './quantizers.js';
import { shapeOperators } from './shape-operators.js';
import { windowOperators } from './window-operators.js';

/** Domains that QONNX quantizers have been exported under. */
const quantizerDomains = new Set(['', 'onnx.brevitas', 'qonnx.custom_op.general', 'finn.custom_op.general']);

const operators: Readonly<Record<string, Operator>> = {
  ...elementwiseOperators,
  ...quantizerOperators,
  ...shapeOperators,
  ...windowOperators,
};

export const floatOperatorNames: readonly string[] = Object.keys(operators).sort();

/** @throws NnError NN002 naming the operator, the node and what is supported */
export function requireSupported(node: OnnxNode, supported: readonly string[]): void {
  const known = quantizerDomains.has(node.domain) && supported.includes(node.op);
  if (known) return;
  const operator = node.domain === '' ? node.op : `${node.domain}:${node.op}`;
  throw new NnError(
    'NN002',
    `operator ${operator} of node "${node.name}" is not supported. Supported: ${supported.join(', ')}.`,
  );
}

/**
 * Runs a graph in float arithmetic (float32 tensors, sums in double), quantizer nodes included: the readable stand-in for
 * ONNX Runtime. A missing input starts as zeros, a symbolic size is 1.
 * @returns every tensor by name, constants included
 * @throws NnError NN002, NN003, NN006
 */
export function executeGraph(
  graph: OnnxGraph,
  inputs: ReadonlyMap<string, Tensor> = new Map(),
): ReadonlyMap<string, Tensor> {
  const values = new Map<string, Tensor>(graph.constants);
  for (const { name, dims } of graph.inputs) {
    values.set(name, inputs.get(name) ?? emptyTensor(fixedDims(name, dims)));
  }
  for (const node of graph.nodes) {
    const results = executeNode(
      node,
      node.inputs.map((name) => (name === '' ? undefined : values.get(name))),
    );
    results.forEach((tensor, i) => {
      const name = node.outputs[i];
      if (name !== undefined && name !== '') values.set(name, tensor);
    });
  }
  return values;
}

export function executeNode(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  requireSupported(node, floatOperatorNames);
  const results = operators[node.op]?.(inputs, node) ?? [];
  for (const { dims } of results) {
    if (!dims.every((size) => Number.isInteger(size) && size >= 0) || sizeOf(dims) > 2 ** 28) {
      throw new NnError(
        'NN006',
        `${describe(node)} makes a tensor of shape [${dims.join(', ')}]. Check the input's size.`,
      );
    }
  }
  return results;
}

/** The first size is the batch; a symbolic batch is 1. @throws NnError NN006 for other symbolic sizes */
function fixedDims(name: string, dims: readonly (number | string)[]): number[] {
  return dims.map((size, axis) => {
    if (axis === 0) return 1;
    if (typeof size === 'number' && size > 0) return size;
    throw new NnError(
      'NN006',
      `size ${axis} of graph input "${name}" is symbolic ("${size}"). Export the model with a fixed input size.`,
    );
  });
}
