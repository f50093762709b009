/** Bit operations of factorized networks, and ranks that keep them within a budget. */
import type { Shape } from '../../nn/index.js';
import { layerShapes, macsOf } from '../cost/index.js';
import { QuantError } from '../errors.js';
import { convNodes, nodeShapes, shapeOf, type ConvNode, type FloatModel } from '../model/index.js';
import type { FactorBits } from './layer.js';
import { fullRank, rankOf, type FactorizableLayer } from './layers.js';

/** Widths that bit operations are counted with. */
export interface BopWidths {
  readonly factors: FactorBits;
  /** Weights of layers that stay whole. */
  readonly whole: number;
  readonly activations: number;
  /** Of the network's input. */
  readonly input: number;
}

/** Bit operations per picture: what stays whole, and what each rank-1 term of a layer adds. BOP = MAC x act bits x weight bits. */
export interface BopModel {
  readonly fixed: number;
  /** By layer that is factorized. */
  readonly perRank: Readonly<Record<string, number>>;
}

type Shapes = ReadonlyMap<string, Shape>;

const pixels = (shapes: Shapes, tensor: string): number => {
  const [height, width] = shapeOf(shapes, tensor, tensor);
  return height * width;
};

/** Multiplications and accumulations of every layer for one picture. */
export const macsByLayer = (model: FloatModel): ReadonlyMap<string, number> =>
  new Map(layerShapes(model).map((layer) => [layer.name, macsOf(layer)]));

export function bopModel(
  model: FloatModel,
  layers: readonly FactorizableLayer[],
  widths: BopWidths,
): BopModel {
  const shapes = nodeShapes(model);
  const macs = macsByLayer(model);
  const actBits = (node: ConvNode): number =>
    node.input === model.input ? widths.input : widths.activations;
  const factorized = new Set(layers.map(({ node }) => node.name));
  const fixed = convNodes(model)
    .filter(({ name }) => !factorized.has(name))
    .reduce((sum, node) => sum + (macs.get(node.name) ?? 0) * actBits(node) * widths.whole, 0);
  const perRank = layers.map(({ node, modes }) => [node.name, bopsPerRank(node, modes)] as const);
  return { fixed, perRank: Object.fromEntries(perRank) };

  function bopsPerRank(node: ConvNode, [outputs = 1, inputs = 1, taps]: readonly number[]): number {
    const { factors, activations } = widths;
    const out = pixels(shapes, node.name);
    const first = taps === undefined ? out : pixels(shapes, node.input);
    return (
      first * inputs * actBits(node) * factors.in +
      out * (taps ?? 0) * activations * factors.depth +
      out * outputs * activations * factors.out
    );
  }
}

export const totalBops = ({ fixed, perRank }: BopModel, ranks: Readonly<Record<string, number>>): number =>
  Object.entries(ranks).reduce((sum, [layer, rank]) => sum + rank * (perRank[layer] ?? 0), fixed);

/**
 * Ranks whose bit operations do not exceed the budget: the least common rate >= 1 that meets it, found by bisection, and what
 * is left goes, term by term, to the layer that has the least part of its full rank and still fits.
 * @throws QuantError QT303 with the least possible number
 */
export function ranksWithin(
  bops: BopModel,
  layers: readonly FactorizableLayer[],
  budget: number,
): Readonly<Record<string, number>> {
  const at = (rate: number): Readonly<Record<string, number>> =>
    Object.fromEntries(layers.map(({ node, modes }) => [node.name, rankOf(modes, rate)]));
  const fits = (rate: number): boolean => totalBops(bops, at(rate)) <= budget;
  let [low, high] = [1, Math.max(...layers.map(({ modes }) => fullRank(modes)), 1)];
  if (!fits(high))
    throw new QuantError(
      'QT303',
      `no rank meets a budget of ${budget} bit operations per picture; ${totalBops(bops, at(high))} are the least possible. Ask for more, or for fewer bits.`,
    );
  if (fits(low)) return at(low);
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return spendRest(bops, layers, at(high), budget);
}

function spendRest(
  bops: BopModel,
  layers: readonly FactorizableLayer[],
  start: Readonly<Record<string, number>>,
  budget: number,
): Readonly<Record<string, number>> {
  const ranks = { ...start };
  for (let left = budget - totalBops(bops, ranks); ;) {
    const share = ({ node, modes }: FactorizableLayer): number => (ranks[node.name] ?? 1) / fullRank(modes);
    const [next] = layers
      .filter(
        ({ node, modes }) =>
          (bops.perRank[node.name] ?? 0) <= left && (ranks[node.name] ?? 1) + 1 <= fullRank(modes),
      )
      .sort((a, b) => share(a) - share(b));
    if (next === undefined) return ranks;
    const { name } = next.node;
    ranks[name] = (ranks[name] ?? 1) + 1;
    left -= bops.perRank[name] ?? 0;
  }
}
