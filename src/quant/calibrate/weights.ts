/** Weight grids: integer codes and scales, per layer or per output channel. */
import { roundHalfEven } from '../../num/index.js';
import { QuantError } from '../errors.js';
import { weightsOfGrid, type FloatModel, type WeightGrid } from '../model/index.js';
import type { Projection } from '../train/index.js';
import { bestClip, checkGridOptions, defaultPercentile, scaleFor, type GridOptions } from './options.js';

export interface WeightOptions extends GridOptions {
  /** A scale per output channel instead of one for the layer. */
  readonly perChannel: boolean;
}

/**
 * Codes -q .. q with q = 2^(bits - 1) - 1, rounded half to even, weights outermost by output channel (depthwise: channel).
 * @throws QuantError QT601 bad options, QT602 a weight that is not finite
 */
export const weightGrid = (
  weights: Float32Array,
  outChannels: number,
  options: WeightOptions,
  layer = 'weights',
): WeightGrid => {
  checkGridOptions(options, layer);
  checkWeights(weights, outChannels, layer);
  const groups = options.perChannel ? outChannels : 1;
  const size = weights.length / groups;
  const levels = 2 ** (options.bits - 1) - 1;
  const codes = new Int16Array(weights.length);
  const scales = new Float32Array(groups);
  for (let group = 0; group < groups; group++) {
    const part = weights.subarray(group * size, (group + 1) * size);
    const scale = weightScale(part, levels, options);
    scales[group] = scale;
    part.forEach((weight, i) => (codes[group * size + i] = codeOf(weight, scale, levels)));
  }
  return { codes, scales, bits: options.bits, format: 'int' };
};

const checkWeights = (weights: Float32Array, outChannels: number, layer: string): void => {
  if (!Number.isInteger(outChannels) || outChannels < 1 || weights.length % outChannels !== 0)
    throw new QuantError(
      'QT601',
      `${layer}: ${weights.length} weights do not divide into ${outChannels} output channels.`,
    );
  if (!weights.every(Number.isFinite))
    throw new QuantError(
      'QT602',
      `${layer}: a weight is not finite. Check the model, or train with a lower rate.`,
    );
};

const codeOf = (weight: number, scale: number, levels: number): number =>
  Math.max(-levels, Math.min(levels, roundHalfEven(weight / scale)));

const weightScale = (weights: Float32Array, levels: number, options: GridOptions): number => {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  switch (options.method) {
    case 'minMax':
      return scaleFor(greatest, levels);
    case 'percentile':
      return scaleFor(percentileOfWeights(weights, options.percentile ?? defaultPercentile), levels);
    case 'mse':
      return scaleFor(
        bestClip(greatest, (clip) => weightError(weights, scaleFor(clip, levels), levels)),
        levels,
      );
  }
};

const percentileOfWeights = (weights: Float32Array, percent: number): number => {
  const sizes = weights
    .filter((weight) => weight !== 0)
    .map(Math.abs)
    .sort();
  return sizes[Math.max(0, Math.ceil((sizes.length * percent) / 100) - 1)] ?? 0;
};

const weightError = (weights: Float32Array, scale: number, levels: number): number => {
  let error = 0;
  for (const weight of weights) error += (weight - scale * codeOf(weight, scale, levels)) ** 2;
  return error;
};

/** Straight-through projection onto the uniform grid that the latent weights themselves call for. */
export const uniformProjection =
  (outChannels: number, options: WeightOptions): Projection =>
  (latent, used) =>
    used.set(weightsOfGrid(weightGrid(latent, outChannels, options)));

export interface QuantizedWeights {
  /** Weights replaced by code * scale. */
  readonly model: FloatModel;
  /** By conv node; every conv node is listed. */
  readonly weights: Readonly<Record<string, WeightGrid>>;
}

/**
 * Every conv node's weights on a uniform grid: by the options of `nodes`, else by the default.
 * @throws QuantError QT601, QT602, QT603 when `nodes` names no conv node
 */
export const quantizeWeights = (
  model: FloatModel,
  options: { readonly default: WeightOptions; readonly nodes?: Readonly<Record<string, WeightOptions>> },
): QuantizedWeights => {
  const convs = model.nodes.filter((node) => node.kind === 'conv');
  const names = convs.map(({ name }) => name);
  requireConvNodes(names, Object.keys(options.nodes ?? {}));
  const weights = Object.fromEntries(
    convs.map((node) => {
      const chosen = options.nodes?.[node.name] ?? options.default;
      return [node.name, weightGrid(node.weights, node.outChannels, chosen, `layer "${node.name}"`)];
    }),
  );
  return { model: withGridWeights(model, weights), weights };
};

/** The model with the weights of its conv nodes replaced by what their grids stand for; nodes without grid stay. */
export const withGridWeights = (
  model: FloatModel,
  weights: Readonly<Record<string, WeightGrid>>,
): FloatModel => ({
  ...model,
  nodes: model.nodes.map((node) => {
    const grid = weights[node.name];
    return node.kind === 'conv' && grid !== undefined ? { ...node, weights: weightsOfGrid(grid) } : node;
  }),
});

/** @throws QuantError QT603 when a wanted name is not among the conv nodes */
export const requireConvNodes = (names: readonly string[], wanted: readonly string[]): void => {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new QuantError(
      'QT603',
      `"${unknown}" is no layer with weights of this model. Those are: ${names.join(', ')}.`,
    );
};
