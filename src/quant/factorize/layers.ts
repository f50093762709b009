/** Which layers of a network are factorized, and to what rank. */
import { requireConvNodes } from '../calibrate/index.js';
import { cpRank } from '../cost/index.js';
import { QuantError } from '../errors.js';
import {
  consumersOf,
  convKind,
  convNodes,
  nodeShapes,
  type ConvNode,
  type FloatModel,
} from '../model/index.js';

/** A layer and the modes of its weight tensor: outputs, inputs and, for windows that slide, taps. */
export interface FactorizableLayer {
  readonly node: ConvNode;
  readonly modes: readonly number[];
}

/**
 * Layers that may be factorized: all but depthwise ones (each of their filters is a matrix of its own), in execution order.
 * A 1 x 1 or fully connected layer is a matrix, [outputs][weights of a filter]; others are tensors, [outputs][inputs][taps].
 */
export function factorizableLayers(model: FloatModel): readonly FactorizableLayer[] {
  const shapes = nodeShapes(model);
  return convNodes(model)
    .filter((node) => !node.depthwise)
    .map((node) => {
      const taps = node.kernel[0] * node.kernel[1];
      const { outChannels, inChannels } = node;
      const modes =
        convKind(node, shapes) === 'conv' && taps > 1
          ? [outChannels, inChannels, taps]
          : [outChannels, inChannels * taps];
      return { node, modes };
    });
}

/**
 * What the authors leave whole: the first convolution, fully connected layers, and 1 x 1 shortcuts, which are those that
 * lead to an addition without another convolution and whose input others read too.
 */
export function excludedByDefault(model: FloatModel): readonly string[] {
  const shapes = nodeShapes(model);
  const nodes = convNodes(model);
  return nodes
    .filter(
      (node, index) => index === 0 || convKind(node, shapes) === 'fullyConnected' || isShortcut(model, node),
    )
    .map(({ name }) => name);
}

function isShortcut(model: FloatModel, node: ConvNode): boolean {
  if (node.kernel[0] * node.kernel[1] > 1) return false;
  const consumers = consumersOf(model);
  let reader = consumers.get(node.name)?.[0];
  while (reader?.kind === 'batchNorm') reader = consumers.get(reader.name)?.[0];
  return reader?.kind === 'add' && (consumers.get(node.input) ?? []).length > 1;
}

/**
 * The layers that remain. @throws QuantError QT302 when none does, QT603 when a name is no layer with weights
 */
export function chosenLayers(
  model: FloatModel,
  excluded: readonly string[] = excludedByDefault(model),
): readonly FactorizableLayer[] {
  const names = convNodes(model).map(({ name }) => name);
  requireConvNodes(names, excluded);
  const chosen = factorizableLayers(model).filter(({ node }) => !excluded.includes(node.name));
  if (chosen.length > 0) return chosen;
  throw new QuantError(
    'QT302',
    `network "${model.name}" has no layer left to factorize: depthwise ones cannot be, ${
      excluded.length === 0 ? 'none is' : `${excluded.join(', ')} are`
    } excluded. Exclude fewer, or use --method uniform.`,
  );
}

/** Parameters of the whole tensor over parameters of one rank-1 term: the rank at which nothing is saved. */
export const fullRank = (modes: readonly number[]): number =>
  modes.reduce((a, b) => a * b, 1) / modes.reduce((a, b) => a + b, 0);

/** R = floor(numel / (I + J + K) / rate), at least 1: the rule of the authors' code. */
export const rankOf = ([outputs = 1, inputs = 1, taps = 1]: readonly number[], rate: number): number =>
  cpRank(outputs, inputs, taps, rate);

/** @throws QuantError QT301 when a layer's rank is no integer from 1 to the product of its modes but the greatest */
export function checkRank({ node, modes }: FactorizableLayer, rank: number): void {
  const most = modes.reduce((a, b) => a * b, 1) / Math.max(...modes);
  if (Number.isInteger(rank) && rank >= 1 && rank <= most) return;
  throw new QuantError(
    'QT301',
    `layer "${node.name}" (${modes.join(' x ')}) cannot have rank ${rank}; 1 to ${most} are possible. Change its rate.`,
  );
}
