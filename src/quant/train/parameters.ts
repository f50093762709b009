/** Where the trainable numbers and the statistics of a model lie in their arenas, and the way back into a model. */
import type { BatchNormNode, FloatModel, FloatNode } from '../model/index.js';
import type { Parameter } from './types.js';

/** Mean and, right after it, variance of one batch normalization. */
export interface Statistic {
  readonly node: string;
  readonly offset: number;
  readonly channels: number;
}

export interface Layout {
  readonly parameters: readonly Parameter[];
  readonly parameterCount: number;
  readonly statistics: readonly Statistic[];
  readonly statisticCount: number;
}

interface Piece {
  readonly node: string;
  readonly kind: Parameter['kind'];
  readonly values: Float32Array;
}

const piecesOf = (node: FloatNode): readonly Piece[] => {
  if (node.kind === 'batchNorm')
    return [
      { node: node.name, kind: 'gamma', values: node.gamma },
      { node: node.name, kind: 'beta', values: node.beta },
    ];
  if (node.kind !== 'conv') return [];
  const weights: Piece = { node: node.name, kind: 'weights', values: node.weights };
  return node.bias === undefined
    ? [weights]
    : [weights, { node: node.name, kind: 'bias', values: node.bias }];
};

const batchNormNodes = (model: FloatModel): readonly BatchNormNode[] =>
  model.nodes.filter((node) => node.kind === 'batchNorm');

export function layoutOf(model: FloatModel): Layout {
  let offset = 0;
  const parameters = model.nodes.flatMap(piecesOf).map(({ node, kind, values: { length } }): Parameter => {
    const parameter = { node, kind, offset, length };
    offset += length;
    return parameter;
  });
  let at = 0;
  const statistics = batchNormNodes(model).map(({ name, mean: { length } }): Statistic => {
    const statistic = { node: name, offset: at, channels: length };
    at += 2 * length;
    return statistic;
  });
  return { parameters, parameterCount: offset, statistics, statisticCount: at };
}

/** The model's trainable numbers in one arena. */
export function parametersOf(model: FloatModel, layout: Layout): Float32Array {
  const values = new Float32Array(layout.parameterCount);
  let offset = 0;
  for (const piece of model.nodes.flatMap(piecesOf)) {
    values.set(piece.values, offset);
    offset += piece.values.length;
  }
  return values;
}

export function statisticsOf(model: FloatModel, layout: Layout): Float32Array {
  const values = new Float32Array(layout.statisticCount);
  for (const { node, offset, channels } of layout.statistics) {
    const { mean, variance } = batchNormNodes(model).find(({ name }) => name === node) ?? {};
    if (mean !== undefined) values.set(mean, offset);
    if (variance !== undefined) values.set(variance, offset + channels);
  }
  return values;
}

/** The model with the numbers of both arenas, copied. */
export function modelWith(
  model: FloatModel,
  layout: Layout,
  values: Float32Array,
  statistics: Float32Array,
): FloatModel {
  const numbers = (node: string, kind: Parameter['kind']): Float32Array => {
    const parameter = layout.parameters.find((one) => one.node === node && one.kind === kind);
    return values.slice(parameter?.offset ?? 0, (parameter?.offset ?? 0) + (parameter?.length ?? 0));
  };
  const nodeWith = (node: FloatNode): FloatNode => {
    if (node.kind === 'conv') {
      const weights = numbers(node.name, 'weights');
      return node.bias === undefined
        ? { ...node, weights }
        : { ...node, weights, bias: numbers(node.name, 'bias') };
    }
    if (node.kind !== 'batchNorm') return node;
    const statistic = layout.statistics.find((one) => one.node === node.name);
    const [from, channels] = [statistic?.offset ?? 0, statistic?.channels ?? 0];
    return {
      ...node,
      gamma: numbers(node.name, 'gamma'),
      beta: numbers(node.name, 'beta'),
      mean: statistics.slice(from, from + channels),
      variance: statistics.slice(from + channels, from + 2 * channels),
    };
  };
  return { ...model, nodes: model.nodes.map(nodeWith) };
}
