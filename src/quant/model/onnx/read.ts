/** Float ONNX files in: the graph is lowered node by node onto the few kinds of nodes that the methods know. */
import { executeGraph, readOnnx, type OnnxGraph, type OnnxNode, type Shape } from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import { inputsOf } from '../graph.js';
import type { FloatModel, FloatNode } from '../ir.js';
import { verifyModel } from '../shapes.js';
import { lowerings } from './operators.js';
import { unsupported, type Data, type Reading, type Value } from './state.js';

/** Evaluated where the file is read; they never work on pictures. */
const constantOnly = ['Cast', 'Concat', 'Constant', 'Gather', 'Neg', 'Pow', 'Shape', 'Sqrt'];

/** Operators of float files that `readFloatModel` understands. */
const floatModelOperators: readonly string[] = [...Object.keys(lowerings), ...constantOnly].sort();

/**
 * Reads a float ONNX model: one input, one output, batch 1, convolution (any stride, depthwise), Gemm and MatMul, batch
 * normalization, ReLU, ReLU6, pooling, residual add, flattening; a Softmax at the end is left out. Nodes keep their names.
 * @throws QuantError QT001 to QT005; NnError NN001, NN003, NN006 for damaged files and for windows that are not supported
 */
export function readFloatModel(source: Uint8Array | OnnxGraph): FloatModel {
  const graph = source instanceof Uint8Array ? readOnnx(source) : source;
  for (const node of graph.nodes) requireKnown(node);
  const reading = startReading(graph);
  for (const node of graph.nodes) lowerNode(reading, node);
  const output = outputOf(reading);
  const model: FloatModel = {
    name: graph.name,
    input: reading.input,
    inputShape: inputShape(graph, reading),
    nodes: needed(reading.nodes, output),
  };
  verifyModel(model);
  return model;
}

function requireKnown(node: OnnxNode): void {
  if (['Quant', 'BipolarQuant', 'QuantizeLinear', 'DequantizeLinear', 'Trunc'].includes(node.op))
    throw new QuantError(
      'QT005',
      `the model is quantized already: node "${node.name}" is a ${node.op}. Give the float model, or build this one as it is.`,
    );
  if (node.domain === '' && floatModelOperators.includes(node.op)) return;
  const operator = node.domain === '' ? node.op : `${node.domain}:${node.op}`;
  throw new QuantError(
    'QT005',
    `operator ${operator} of node "${node.name}" is not supported. Supported: ${floatModelOperators.join(', ')}.`,
  );
}

function startReading(graph: OnnxGraph): Reading {
  const [input, ...others] = graph.inputs;
  if (input === undefined || others.length > 0 || graph.outputs.length !== 1)
    throw new QuantError(
      'QT005',
      `the model has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs; one of each is supported.`,
    );
  const executed = executeGraph(graph);
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.constants) values.set(name, { kind: 'constant', tensor });
  const dims = executed.get(input.name)?.dims ?? [];
  values.set(input.name, { kind: 'data', node: input.name, shape: pictureShape(dims), dims });
  return { graph, executed, values, nodes: [], input: input.name };
}

/** [1, C, H, W] or a vector. A transposed input (N, H, W, C) is seen when its Transpose is lowered. */
function pictureShape(dims: readonly number[]): Shape {
  const [, channels = 1, height = 1, width = 1] = dims;
  if (dims.length === 4) return [height, width, channels];
  return [1, 1, dims.reduce((a, b) => a * b, 1)];
}

function inputShape(graph: OnnxGraph, { executed, input }: Reading): Shape {
  const dims = executed.get(input)?.dims ?? [];
  const swaps = graph.nodes.some(({ op, inputs }) => op === 'Transpose' && inputs[0] === input);
  const [, height = 1, width = 1, channels = 1] = dims;
  return swaps && dims.length === 4 ? [height, width, channels] : pictureShape(dims);
}

function lowerNode(reading: Reading, node: OnnxNode): void {
  const output = node.outputs[0] ?? '';
  const onConstants = node.inputs.every(
    (name) => name === '' || reading.values.get(name)?.kind === 'constant',
  );
  const tensor = reading.executed.get(output);
  if ((onConstants || node.op === 'Shape') && tensor !== undefined) {
    reading.values.set(output, { kind: 'constant', tensor });
    return;
  }
  const lower = lowerings[node.op];
  if (lower === undefined) throw unsupported(node, 'works on data; it is supported on constants only');
  reading.values.set(output, lower(reading, node));
}

function outputOf({ graph, values }: Reading): Data {
  const value = values.get(graph.outputs[0] ?? '');
  if (value?.kind === 'data' && value.padding === undefined) return value;
  throw new QuantError('QT005', 'the network output is not computed from its input. Export the model again.');
}

/** The nodes that the output needs, the output's own last. */
function needed(nodes: readonly FloatNode[], { node: output }: Data): readonly FloatNode[] {
  const names = new Set([output]);
  const kept = [...nodes].reverse().filter((node) => {
    if (!names.has(node.name)) return false;
    inputsOf(node).forEach((input) => names.add(input));
    return true;
  });
  return kept.reverse();
}
