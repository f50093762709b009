/** Incremental network quantization (Zhou et al., ICLR 2017, arXiv 1702.03044): weights become powers of two, portion by portion. */
import { z } from 'zod';
import { QuantError } from '../errors.js';
import type { Method } from '../method.js';
import { quantizationPoints, type FloatModel } from '../model/index.js';
import {
  bitsSchema,
  byName,
  calibrationSchema,
  parseConfig,
  trainingSchema,
  withSession,
  type QuantizationPlan,
  type Session,
} from '../qat/index.js';
import { exponentHistogram, inqBits, levelGrid, levelValues, nearestLevel, rangeRules } from './levels.js';
import { partitionRules } from './partition.js';
import { automaticSchedule, checkPortions, paperPortions, scheduleFor, type Step } from './schedule.js';
import { layersOf, quantizeStepwise, type Layer } from './stepwise.js';

export const inqConfigSchema = z.strictObject({
  /** 2^(bits - 1) + 1 levels. */
  bits: z.literal(inqBits).default(5),
  /** The paper's portions for these bits, portions of your own (accumulated, ending at 1), or as the epochs suggest. */
  portions: z.union([z.enum(['automatic', 'paper']), z.array(z.number())]).default('automatic'),
  /** Epochs after each portion but the last; undefined: the run's epochs, late portions getting more. */
  portionEpochs: z.array(z.int().min(0)).optional(),
  partition: z.enum(partitionRules).default('magnitude'),
  /** Greatest level: by the greatest magnitude (the paper), or of least squared error. */
  range: z.enum(rangeRules).default('max'),
  activationBits: bitsSchema.default(8),
  activationRange: calibrationSchema.default('minMax'),
  training: trainingSchema(0.02),
});

export type InqConfig = z.input<typeof inqConfigSchema>;
type Settings = z.output<typeof inqConfigSchema>;

/**
 * All weights of convolutions and fully connected layers; biases and normalizations stay trainable. Frozen weights keep
 * their bits to the end.
 * @throws QuantError QT201 a bad configuration, QT202 portions, QT203 epochs, QT100 data that does not fit, QT207 stopped
 */
export function inq(config: InqConfig = {}): Method {
  const settings = parseConfig(inqConfigSchema, config, 'INQ');
  if (typeof settings.portions === 'object') checkPortions(settings.portions);
  return (context) => {
    const steps = stepsOf(settings, context.epochs);
    const layers = layersOf(context.model, settings, context.seed);
    const plan = planOf(context.model, settings, layers);
    return withSession(context, { method: 'INQ', config: settings, plan }, async (session) => {
      const phases = await quantizeStepwise(session, layers, steps);
      const quantized = await session.finish();
      return { quantized, details: { settings, steps, phases, layers: describe(session, layers) } };
    });
  };
}

function stepsOf({ bits, portions, portionEpochs }: Settings, epochs: number): readonly Step[] {
  if (portions === 'automatic' && portionEpochs === undefined) return automaticSchedule(bits, epochs);
  const chosen = typeof portions === 'string' ? paperPortions[bits] : portions;
  if (portionEpochs === undefined) return scheduleFor(chosen, epochs);
  const sum = portionEpochs.reduce((total, some) => total + some, 0);
  if (portions === 'automatic' || portionEpochs.length !== chosen.length - 1 || sum > epochs)
    throw new QuantError(
      'QT203',
      `INQ is given portionEpochs [${portionEpochs.join(', ')}], ${sum} in all, for portions ` +
        `${portions === 'automatic' ? '"automatic"' : `[${chosen.join(', ')}]`} and ${epochs} epochs. ` +
        'Give one number for each portion but the last, at most the epochs of the run together, and portions of your own.',
    );
  return chosen.map((portion, i) => ({ portion, epochs: portionEpochs[i] ?? 0 }));
}

const planOf = (
  model: FloatModel,
  { activationBits, activationRange }: Settings,
  layers: readonly Layer[],
): QuantizationPlan => ({
  weights: Object.fromEntries(
    layers.map(({ name, levels }) => [name, (weights) => levelGrid(weights, levels)]),
  ),
  projected: false,
  activations: byName(quantizationPoints(model), () => ({ bits: activationBits, method: activationRange })),
});

/** By layer: its levels, how many of them are used, and how often. */
const describe = ({ trainer }: Session, layers: readonly Layer[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    layers.map(({ name, levels }) => {
      const weights = trainer.weights(name);
      const used = new Set(weights.map((weight) => nearestLevel(weight, levels) + 0)).size;
      const exponents = exponentHistogram(weights, levels);
      return [name, { ...levels, levels: levelValues(levels).length, used, exponents }];
    }),
  );
