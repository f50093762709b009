/** A network with some of its layers replaced by their factors. */
import type { FloatModel, FloatNode, WeightGrid } from '../model/index.js';
import { factorizeLayer, type FactorizedLayer, type LayerOptions } from './layer.js';
import { chosenLayers, rankOf } from './layers.js';

export interface FactorizeOptions extends LayerOptions {
  /** Parameters of a layer over parameters of its factors, > 0. */
  readonly rate: number;
  /** Ranks of their own, by layer. */
  readonly ranks?: Readonly<Record<string, number>>;
  /** Layers left whole; default: `excludedByDefault`. */
  readonly exclude?: readonly string[];
}

export interface FactorizedModel {
  /** `conv1` has become `conv1/in`, `conv1/depth` and `conv1/out`; their weights lie on their grids. */
  readonly model: FloatModel;
  /** By node of those; nodes that were not factorized are not listed. */
  readonly weights: Readonly<Record<string, WeightGrid>>;
  readonly layers: readonly FactorizedLayer[];
}

/**
 * Factorizes the weights alone, without data: normalization statistics still are those of the whole layers.
 * @throws QuantError QT301 a rank out of range, QT302 no layer left, QT603 an unknown layer
 */
export function factorizeModel(model: FloatModel, options: FactorizeOptions): FactorizedModel {
  const layers = chosenLayers(model, options.exclude).map((layer) =>
    factorizeLayer(layer, options.ranks?.[layer.node.name] ?? rankOf(layer.modes, options.rate), options),
  );
  return withFactors(model, layers);
}

/** Who read a replaced layer reads its last factor. */
export function withFactors(model: FloatModel, layers: readonly FactorizedLayer[]): FactorizedModel {
  const replaced = new Map(layers.map((layer) => [layer.layer, layer]));
  const read = (name: string): string => replaced.get(name)?.nodes.at(-1)?.name ?? name;
  const nodes = model.nodes.flatMap((node) =>
    (replaced.get(node.name)?.nodes ?? [node]).map((part) => rewired(part, read)),
  );
  const grids = layers.flatMap((layer) => Object.entries(layer.grids));
  return { model: { ...model, nodes }, weights: Object.fromEntries(grids), layers };
}

function rewired(node: FloatNode, read: (name: string) => string): FloatNode {
  if (node.kind === 'add') return { ...node, inputs: [read(node.inputs[0]), read(node.inputs[1])] };
  return { ...node, input: read(node.input) };
}
