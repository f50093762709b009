/** Activation grids from what a network's nodes put out. */
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { ActivationGrid } from '../model/index.js';
import type { Trainer } from '../train/index.js';
import { createHistogram, percentileOf, squaredError, type Histogram } from './histogram.js';
import { bestClip, checkGridOptions, defaultPercentile, scaleFor, type GridOptions } from './options.js';
import { spreadPictures } from './pictures.js';

export interface ActivationOptions extends GridOptions {
  /** Pictures looked at, spread evenly over the data. Default 256, or all. */
  readonly pictures?: number;
}

const batch = 16;

/**
 * A grid per point (name of a node), from its outputs before their own fake quantization; all other quantizers of the
 * trainer stay as they are. Unsigned where no value is negative, otherwise signed with equal range both ways.
 * @throws QuantError QT601 bad options, QT602 a value that is not finite
 */
export const calibrateActivations = async (
  trainer: Pick<Trainer, 'outputs'>,
  data: Dataset,
  points: readonly string[],
  options: ActivationOptions,
): Promise<Readonly<Record<string, ActivationGrid>>> => {
  checkGridOptions(options, 'activations');
  const histograms = await observe(trainer, data, points, options.pictures ?? 256);
  return Object.fromEntries(
    histograms.map(([point, histogram]) => [point, activationGrid(histogram, options)]),
  );
};

const observe = async (
  trainer: Pick<Trainer, 'outputs'>,
  data: Dataset,
  points: readonly string[],
  count: number,
): Promise<readonly (readonly [point: string, histogram: Histogram])[]> => {
  const pictures = spreadPictures(data, count);
  const builders = points.map((point) => [point, createHistogram()] as const);
  for (let start = 0; start < pictures.length; start += batch) {
    const outputs = await trainer.outputs(data, pictures.slice(start, start + batch), points);
    for (const [point, builder] of builders)
      if (!builder.add(outputs[point] ?? new Float32Array()))
        throw new QuantError(
          'QT602',
          `node "${point}" puts out values that are not finite. Check the model's weights and the pictures, or train with a lower rate.`,
        );
  }
  return builders.map(([point, builder]) => [point, builder.read()]);
};

/** The grid of observed values: 2^bits - 1 steps when unsigned, 2^(bits - 1) - 1 to each side when signed. */
export const activationGrid = (histogram: Histogram, options: GridOptions): ActivationGrid => {
  const signed = histogram.negative;
  const levels = 2 ** (signed ? options.bits - 1 : options.bits) - 1;
  return { bits: options.bits, signed, scale: scaleFor(clipOf(histogram, levels, options), levels) };
};

const clipOf = (histogram: Histogram, levels: number, options: GridOptions): number => {
  const { greatest } = histogram;
  switch (options.method) {
    case 'minMax':
      return greatest;
    case 'percentile':
      return percentileOf(histogram, options.percentile ?? defaultPercentile);
    case 'mse':
      return bestClip(greatest, (clip) => squaredError(histogram, scaleFor(clip, levels), levels));
  }
};
