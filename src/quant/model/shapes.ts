/** Shapes of a float network, and whether it is one at all. */
import { windowOutput, type Shape } from '../../nn/index.js';
import { QuantError, type QuantErrorCode } from '../errors.js';
import { consumersOf, inputsOf } from './graph.js';
import type { AvgPoolNode, BatchNormNode, ConvNode, FloatModel, FloatNode, MaxPoolNode } from './ir.js';

type Shapes = ReadonlyMap<string, Shape>;

const fail = (code: QuantErrorCode, message: string): never => {
  throw new QuantError(code, message);
};

/**
 * The output shape of every node, and the input's. Checks order, names and that shapes fit.
 * @throws QuantError QT002, QT003
 */
export function nodeShapes(model: FloatModel): Shapes {
  const shapes = new Map<string, Shape>([[model.input, model.inputShape]]);
  if (!model.inputShape.every(isCount))
    fail('QT002', `network "${model.name}" has the input shape ${show(model.inputShape)}; sizes start at 1.`);
  for (const node of model.nodes) {
    if (shapes.has(node.name))
      fail('QT003', `two nodes of network "${model.name}" are called "${node.name}". Rename one.`);
    shapes.set(node.name, outputShape(node, shapes));
  }
  return shapes;
}

const isCount = (size: number): boolean => Number.isInteger(size) && size >= 1;
const show = (shape: readonly number[]): string => shape.join(' x ');

/** @throws QuantError QT003 when no earlier node makes it */
export function shapeOf(shapes: Shapes, name: string, reader: string): Shape {
  const shape = shapes.get(name);
  if (shape !== undefined) return shape;
  throw new QuantError(
    'QT003',
    `node "${reader}" reads "${name}", which no earlier node makes. Put nodes in execution order.`,
  );
}

function outputShape(node: FloatNode, shapes: Shapes): Shape {
  const inputs = inputsOf(node).map((name) => shapeOf(shapes, name, node.name));
  const input = inputs[0] ?? [0, 0, 0];
  switch (node.kind) {
    case 'batchNorm':
    case 'relu':
      return input;
    case 'add':
      if (show(input) !== show(inputs[1] ?? []))
        fail(
          'QT002',
          `add "${node.name}" has inputs of shapes ${inputs.map(show).join(' and ')}; equal ones are needed.`,
        );
      return input;
    case 'maxPool':
    case 'avgPool':
      return [...windowSize(node, input), input[2]];
    case 'conv':
      if (node.inChannels !== input[2] || (node.depthwise && node.outChannels !== input[2]))
        fail(
          'QT002',
          `conv "${node.name}" (${node.inChannels} to ${node.outChannels} channels${node.depthwise ? ', depthwise' : ''}) reads "${node.input}" of shape ${show(input)}. Channels must be equal.`,
        );
      return [...windowSize(node, input), node.outChannels];
  }
}

function windowSize(node: ConvNode | MaxPoolNode | AvgPoolNode, input: Shape): readonly [number, number] {
  const { top, left, bottom, right } = node.padding;
  const [height, width] = node.kernel;
  const inside =
    Math.max(top, bottom) < height &&
    Math.max(left, right) < width &&
    Math.min(top, left, bottom, right) >= 0;
  if (![...node.kernel, ...node.stride].every(isCount) || !inside)
    fail(
      'QT002',
      `${node.kind} "${node.name}" has kernel ${show(node.kernel)}, stride ${show(node.stride)}, padding ${top}, ${left}, ${bottom}, ${right}; kernel and stride start at 1, padding is less than the kernel.`,
    );
  const size = windowOutput(input, node.kernel, node.stride, node.padding);
  if (!size.every(isCount))
    fail(
      'QT002',
      `${node.kind} "${node.name}" has kernel ${show(node.kernel)} on a picture of ${show(input)}, which is too small.`,
    );
  return size;
}

/** Kernel over the whole input, without padding, one output pixel. */
export function isFullyConnected(node: ConvNode, shapes: Shapes): boolean {
  const [height, width] = shapeOf(shapes, node.input, node.name);
  const unpadded = Object.values(node.padding).every((p) => p === 0);
  return !node.depthwise && unpadded && node.kernel[0] === height && node.kernel[1] === width;
}

/** 1 x 1 kernel that slides over more than one pixel; what PROM makes ternary. */
export const isPointwise = (node: ConvNode, shapes: Shapes): boolean =>
  !node.depthwise && node.kernel[0] === 1 && node.kernel[1] === 1 && !isFullyConnected(node, shapes);

/** What the layers of a network are called in reports. */
export function convKind(
  node: ConvNode,
  shapes: Shapes,
): 'conv' | 'depthwise' | 'pointwise' | 'fullyConnected' {
  if (node.depthwise) return 'depthwise';
  if (isFullyConnected(node, shapes)) return 'fullyConnected';
  return isPointwise(node, shapes) ? 'pointwise' : 'conv';
}

/** Weights of one output channel. */
export const filterSize = (node: ConvNode): number =>
  node.kernel[0] * node.kernel[1] * (node.depthwise ? 1 : node.inChannels);

/**
 * Checks shapes, order, lengths and finiteness of all parameters, that the last node makes [1, 1, classes], and that
 * nothing but it is left unread.
 * @throws QuantError QT001 to QT004
 */
export function verifyModel(model: FloatModel): void {
  const shapes = nodeShapes(model);
  const last = model.nodes.at(-1);
  if (last === undefined) throw new QuantError('QT001', `network "${model.name}" has no nodes.`);
  for (const node of model.nodes) checkParameters(node, shapeOf(shapes, node.name, node.name));
  for (const [name, readers] of consumersOf(model)) {
    if (readers.length === 0 && name !== last.name)
      fail(
        'QT001',
        `nothing reads "${name}" in network "${model.name}". Leave it out, or put the logits last.`,
      );
  }
  const logits = shapeOf(shapes, last.name, last.name);
  if (logits[0] !== 1 || logits[1] !== 1)
    fail(
      'QT002',
      `the last node "${last.name}" makes ${show(logits)}; logits are 1 x 1 x classes. End with a fully connected layer or a global pooling.`,
    );
}

function checkParameters(node: FloatNode, shape: Shape): void {
  switch (node.kind) {
    case 'conv':
      checkNumbers(node, 'weights', node.weights, node.outChannels * filterSize(node));
      if (node.bias !== undefined) checkNumbers(node, 'biases', node.bias, node.outChannels);
      return;
    case 'batchNorm':
      checkBatchNorm(node, shape[2]);
      return;
    case 'relu':
      if (node.max !== undefined && !(node.max > 0))
        fail('QT001', `relu "${node.name}" has the upper limit ${node.max}; it must be above 0.`);
      return;
    case 'maxPool':
    case 'avgPool':
    case 'add':
  }
}

function checkBatchNorm(node: BatchNormNode, channels: number): void {
  for (const key of ['gamma', 'beta', 'mean', 'variance'] as const)
    checkNumbers(node, key, node[key], channels);
  const at = node.variance.findIndex((variance) => variance + node.epsilon <= 0);
  if (at >= 0 || !Number.isFinite(node.epsilon))
    fail(
      'QT004',
      `batch normalization "${node.name}" divides by the root of ${(node.variance[at] ?? 0) + node.epsilon} in channel ${at}. Variance plus epsilon must be above 0.`,
    );
}

function checkNumbers(node: FloatNode, what: string, values: Float32Array, count: number): void {
  if (values.length !== count)
    fail('QT002', `${node.kind} "${node.name}" has ${values.length} ${what}; its shape needs ${count}.`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    fail(
      'QT004',
      `${what} of ${node.kind} "${node.name}" hold ${values[at] ?? 0} at index ${at}. Train the network again, or look where it came from.`,
    );
}
