/** A network as a table of its layers with weights: all that counting operations and storage needs. */
import { consumersOf, convKind, convNodes, nodeShapes, shapeOf, type FloatModel } from '../model/index.js';

type Size = readonly [height: number, width: number];

export interface CountedLayer {
  readonly name: string;
  readonly kind: 'conv' | 'depthwise' | 'pointwise' | 'fullyConnected';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Size;
  readonly inputSize: Size;
  readonly outputSize: Size;
  readonly bias: boolean;
  /** A batch normalization follows. */
  readonly normalized: boolean;
}

export const weightsOf = ({ kind, kernel, inChannels, outChannels }: CountedLayer): number =>
  kernel[0] * kernel[1] * outChannels * (kind === 'depthwise' ? 1 : inChannels);

/** Multiply-accumulates for one picture, padding taps included. */
export const macsOf = (layer: CountedLayer): number =>
  weightsOf(layer) * layer.outputSize[0] * layer.outputSize[1];

export const outputsOf = ({ outputSize, outChannels }: CountedLayer): number =>
  outputSize[0] * outputSize[1] * outChannels;

/** Weights and biases, without normalization. */
export const parametersOf = (layer: CountedLayer): number =>
  weightsOf(layer) + (layer.bias ? layer.outChannels : 0);

/** Gains and offsets of the normalizations. */
export const normalizationParameters = (layers: readonly CountedLayer[]): number =>
  layers.reduce((sum, layer) => sum + (layer.normalized ? 2 * layer.outChannels : 0), 0);

export const sumOver = (layers: readonly CountedLayer[], count: (layer: CountedLayer) => number): number =>
  layers.reduce((sum, layer) => sum + count(layer), 0);

/** The layers of a float network, one per conv node. @throws QuantError QT002, QT003 */
export function layerShapes(model: FloatModel): readonly CountedLayer[] {
  const shapes = nodeShapes(model);
  const consumers = consumersOf(model);
  return convNodes(model).map((node) => {
    const [inHeight, inWidth] = shapeOf(shapes, node.input, node.name);
    const [outHeight, outWidth] = shapeOf(shapes, node.name, node.name);
    return {
      name: node.name,
      kind: convKind(node, shapes),
      inChannels: node.inChannels,
      outChannels: node.outChannels,
      kernel: node.kernel,
      inputSize: [inHeight, inWidth],
      outputSize: [outHeight, outWidth],
      bias: node.bias !== undefined,
      normalized: (consumers.get(node.name) ?? []).some(({ kind }) => kind === 'batchNorm'),
    };
  });
}
