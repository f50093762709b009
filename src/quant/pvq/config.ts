/** The configuration of PVQ, and what it means for each layer of a network. */
import { z } from 'zod';
import { requireConvNodes } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import { convNodes, type ConvNode, type FloatModel } from '../model/index.js';
import { bitsSchema, calibrationSchema, trainingSchema } from '../qat/index.js';
import type { PvqOptions } from './quantize.js';

/** N/K: weights per pulse. */
const ratioSchema = z.number().min(0.01).max(1000);

export const pvqConfigSchema = z.strictObject({
  /** N/K, weights per pulse: 1 is mild, 2 takes about 1.7 bits per weight, 5 leaves one weight in five. */
  ratio: ratioSchema.default(2),
  /** Other ratios by layer. */
  layerRatios: z.record(z.string(), ratioSchema).default({}),
  /** Which weights make one vector. */
  grouping: z.enum(['layer', 'filter', 'channel']).default('layer'),
  /** `norm` keeps the length of each vector, `leastSquares` has the least error. */
  scale: z.enum(['norm', 'leastSquares']).default('norm'),
  /** `exact` for vectors with few pulses only. */
  projection: z.enum(['greedy', 'exact']).default('greedy'),
  /** Layers that get integers of `bits` bits, a scale per output channel, instead: by name and by rule. */
  keep: z
    .strictObject({
      layers: z.array(z.string()).default([]),
      rules: z.array(z.enum(['first', 'last', 'depthwise'])).default([]),
      bits: bitsSchema.default(8),
    })
    .prefault({}),
  activationBits: bitsSchema.default(8),
  activationRange: calibrationSchema.default('minMax'),
  /** Phases of re-training with growing N/K, from 1 by equal factors to the ratio; the epochs are divided among them. */
  stages: z.int().min(1).max(16).default(1),
  /** Ratios per layer: the greatest that keep the validation accuracy; `ratio` and `layerRatios` are not used then. */
  search: z
    .strictObject({
      /** Greatest loss of validation accuracy against the float network; 0.01 is one point. */
      drop: z.number().min(0).max(1),
      /** Ascending; the first is where every layer starts. */
      ratios: z.array(ratioSchema).min(2).default([0.5, 0.75, 1, 1.5, 2, 3, 4]),
      /** Epochs of re-training before each trial's accuracy is measured. */
      trialEpochs: z.int().min(0).default(0),
    })
    .optional(),
  training: trainingSchema(0.05),
});

export type PvqConfig = z.input<typeof pvqConfigSchema>;
export type PvqSettings = z.output<typeof pvqConfigSchema>;

/** A layer on a pyramid; the ratio may change during the run. */
export interface PvqLayer {
  readonly node: ConvNode;
  readonly ratio: number;
  readonly options: Omit<PvqOptions, 'ratio'>;
}

export interface LayerChoice {
  readonly pvq: readonly PvqLayer[];
  /** Layers that stay integers of `keep.bits` bits. */
  readonly kept: readonly ConvNode[];
}

/** @throws QuantError QT405 when no layer is left, or one is kept and has a ratio; QT603 unknown layers */
export const chooseLayers = (model: FloatModel, settings: PvqSettings): LayerChoice => {
  const nodes = convNodes(model);
  const names = nodes.map(({ name }) => name);
  const { keep, layerRatios, ratio, grouping, scale, projection } = settings;
  requireConvNodes(names, [...keep.layers, ...Object.keys(layerRatios)]);
  const isKept = (node: ConvNode): boolean =>
    keep.layers.includes(node.name) ||
    (keep.rules.includes('first') && node.name === names[0]) ||
    (keep.rules.includes('last') && node.name === names.at(-1)) ||
    (keep.rules.includes('depthwise') && node.depthwise);
  const kept = nodes.filter(isKept);
  const both = kept.find(({ name }) => Object.hasOwn(layerRatios, name));
  if (both !== undefined)
    throw new QuantError(
      'QT405',
      `layer "${both.name}" is kept at ${keep.bits} bits and has an entry in layerRatios. Remove one of the two.`,
    );
  if (kept.length === nodes.length)
    throw new QuantError(
      'QT405',
      `"keep" leaves PVQ no layer of network "${model.name}" (${names.join(', ')}). Keep fewer, or use --method uniform.`,
    );
  const options = { grouping, scale, projection };
  const pvq = nodes
    .filter((node) => !isKept(node))
    .map((node) => ({ node, ratio: layerRatios[node.name] ?? ratio, options }));
  return { pvq, kept };
};

/** @throws QuantError QT405 when stages or the ratios of the search are impossible */
export const checkRun = ({ stages, search }: PvqSettings, epochs: number): void => {
  if (stages > 1 && stages > epochs)
    throw new QuantError(
      'QT405',
      `${stages} stages need at least as many epochs, not ${epochs}. Give more epochs or fewer stages.`,
    );
  if (search?.ratios.some((ratio, i, all) => i > 0 && ratio <= (all[i - 1] ?? 0)) === true)
    throw new QuantError('QT405', `search.ratios must ascend, not [${search.ratios.join(', ')}].`);
  if (stages > 1 && search !== undefined)
    throw new QuantError('QT405', 'stages and search exclude each other. Remove one of the two.');
};
