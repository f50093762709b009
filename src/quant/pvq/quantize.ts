/** A layer's weights as points of pyramids: how they are grouped, projected and scaled. */
import { bitsFor } from '../../nn/index.js';
import { weightsOfGrid } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import type { ConvNode, WeightGrid } from '../model/index.js';
import type { Projection } from '../train/index.js';
import { projectExactly } from './exact.js';
import { projectOntoPyramid } from './project.js';

/**
 * Which weights make one vector. `layer`: all of the layer, one scale (Liguori). `filter`: those of an output channel, one
 * scale each. `channel`: those of one input channel in one filter (a kernel's window); the windows of a filter share its
 * scale and its K, which is dealt out by projecting the windows' L1 norms.
 */
export type Grouping = 'layer' | 'filter' | 'channel';

/** `norm`: rho = |w| / |y| keeps the length of the vector; `leastSquares`: rho = w . y / y . y, the least error. */
export type ScaleRule = 'norm' | 'leastSquares';

export interface PvqOptions {
  /** N / K: weights per pulse, above 0. K = N / ratio rounded, at least 1. */
  readonly ratio: number;
  readonly grouping: Grouping;
  readonly scale: ScaleRule;
  /** Default `greedy`; `exact` for small vectors only. */
  readonly projection?: 'greedy' | 'exact';
}

/** What grouping needs to know of a layer. */
export type LayerShape = Pick<ConvNode, 'name' | 'kernel' | 'depthwise' | 'inChannels' | 'outChannels'>;

/** K of a vector of `length` weights. @throws QuantError QT401 unless the ratio is a number above 0 */
export const pulsesFor = (length: number, ratio: number): number => {
  if (!(ratio > 0 && ratio < Infinity))
    throw new QuantError('QT401', `N/K = ${ratio} is no ratio of weights to pulses; 0.5 to 5 are usual.`);
  return Math.max(1, Math.round(length / ratio));
};

/** Number of scales: vectors that have their own. */
export const scaleGroups = (grouping: Grouping, shape: LayerShape): number =>
  grouping === 'layer' ? 1 : shape.outChannels;

/**
 * The grid of a layer: codes y, sum |y| = K in each vector that is not all zeros. Scales of such vectors are 1.
 * @throws QuantError QT401 bad N/K, QT402 exact projection of a large vector, QT403 a code beyond 16 bits, QT602 a weight
 * that is not finite
 */
export const pvqGrid = (weights: Float32Array, shape: LayerShape, options: PvqOptions): WeightGrid => {
  requireFinite(weights, shape.name);
  const groups = scaleGroups(options.grouping, shape);
  const size = weights.length / groups;
  const codes = new Int16Array(weights.length);
  const scales = new Float32Array(groups);
  for (let group = 0; group < groups; group++) {
    const vector = weights.subarray(group * size, (group + 1) * size);
    const point = projectVector(vector, shape, options);
    requireInt16(point, shape.name);
    codes.set(point, group * size);
    scales[group] = scaleOf(vector, point, options.scale);
  }
  return { codes, scales, bits: codeBits(codes), format: 'pvq' };
};

/** Straight-through projection for training: the float weights that the grid stands for. */
export const pvqProjection =
  (shape: LayerShape, options: PvqOptions): Projection =>
  (latent, used) => {
    used.set(weightsOfGrid(pvqGrid(latent, shape, options)));
  };

const projectVector = (vector: Float32Array, shape: LayerShape, options: PvqOptions): Int32Array => {
  const project = options.projection === 'exact' ? projectExactly : projectOntoPyramid;
  const pulses = pulsesFor(vector.length, options.ratio);
  if (options.grouping !== 'channel' || shape.depthwise) return project(vector, pulses);
  const point = new Int32Array(vector.length);
  const windows = Array.from({ length: shape.inChannels }, (_, channel) =>
    vector.filter((_, i) => i % shape.inChannels === channel),
  );
  const shares = projectOntoPyramid(windows.map(l1Norm), pulses);
  windows.forEach((window, channel) => {
    const share = shares[channel] ?? 0;
    if (share > 0)
      project(window, share).forEach((value, i) => (point[i * shape.inChannels + channel] = value));
  });
  return point;
};

const l1Norm = (vector: Float32Array): number => vector.reduce((sum, value) => sum + Math.abs(value), 0);

/** 1 for a vector of zeros. */
const scaleOf = (vector: Float32Array, point: Int32Array, rule: ScaleRule): number => {
  let along = 0;
  let square = 0;
  let length = 0;
  point.forEach((value, i) => {
    const weight = vector[i] ?? 0;
    along += value * weight;
    square += value * value;
    length += weight * weight;
  });
  if (square === 0) return 1;
  return rule === 'norm' ? Math.sqrt(length / square) : along / square;
};

const codeBits = (codes: Int16Array): number => {
  const lo = codes.reduce((least, code) => Math.min(least, code), 0);
  const hi = codes.reduce((most, code) => Math.max(most, code), 0);
  return Math.max(2, bitsFor({ lo, hi }, true));
};

const requireFinite = (weights: Float32Array, layer: string): void => {
  if (!weights.every(Number.isFinite))
    throw new QuantError(
      'QT602',
      `layer "${layer}": a weight is not finite. Check the model, or train with a lower rate.`,
    );
};

const requireInt16 = (point: Int32Array, layer: string): void => {
  const large = point.find((value) => Math.abs(value) >= 2 ** 15);
  if (large !== undefined)
    throw new QuantError(
      'QT403',
      `layer "${layer}": a code of ${large} does not fit 16 bits. Take fewer pulses (a greater N/K) or smaller groups.`,
    );
};
