import { windowOutput, type Shape } from '../../../nn/index.js';
import type { FloatModel, FloatNode } from '../../model/index.js';
import { QuantError } from '../../errors.js';

/** Names of the tensors that a node reads, in order. */
export const inputsOf = (node: FloatNode): readonly string[] =>
  node.kind === 'add' ? node.inputs : [node.input];

/** Shape of the input and of every node's output, by name. @throws QuantError QT001 on a name that is not there */
export function tensorShapes(model: FloatModel): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[model.input, model.inputShape]]);
  for (const node of model.nodes) {
    const [input] = inputsOf(node).map((name) => shapes.get(name));
    if (input === undefined)
      throw new QuantError(
        'QT001',
        `node "${node.name}" of "${model.name}" reads ${inputsOf(node).join(', ')}, which no earlier node writes. Put the nodes into execution order.`,
      );
    shapes.set(node.name, outputShape(node, input));
  }
  return shapes;
}

function outputShape(node: FloatNode, input: Shape): Shape {
  switch (node.kind) {
    case 'conv':
      return [...windowOutput(input, node.kernel, node.stride, node.padding), node.outChannels];
    case 'maxPool':
    case 'avgPool':
      return [...windowOutput(input, node.kernel, node.stride, node.padding), input[2]];
    case 'batchNorm':
    case 'relu':
    case 'add':
      return input;
  }
}
