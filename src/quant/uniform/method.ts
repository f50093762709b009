/** Uniform grids for everything, at one width or at one per layer, with or without re-training: the baselines. */
import { z } from 'zod';
import { requireConvNodes, sensitivity, type LayerSensitivity } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import { convNodes, quantizationPoints, type FloatModel } from '../model/index.js';
import {
  bitsSchema,
  byName,
  calibrationSchema,
  parseConfig,
  projectionsOf,
  trainingSchema,
  uniformQuantizer,
  withSession,
  type QuantizationPlan,
  type Session,
} from '../qat/index.js';

const percentile = z.number().gt(0).max(100).default(99.9);

export const uniformConfigSchema = z.strictObject({
  weightBits: bitsSchema.default(8),
  activationBits: bitsSchema.default(8),
  /** Other widths by layer, and by node whose output is stored (`quantizationPoints`). */
  layerWeightBits: z.record(z.string(), bitsSchema).default({}),
  pointActivationBits: z.record(z.string(), bitsSchema).default({}),
  /** A weight scale per output channel instead of one for the layer. */
  perChannel: z.boolean().default(true),
  weightRange: calibrationSchema.default('mse'),
  activationRange: calibrationSchema.default('mse'),
  /** Of both ranges, where they are `percentile`. */
  percentile,
  /** Also measure, on the float network, what each layer's quantization alone changes. */
  sensitivity: z.boolean().default(false),
  training: trainingSchema(0.02),
});

export type UniformConfig = z.input<typeof uniformConfigSchema>;
type Settings = z.output<typeof uniformConfigSchema>;

/**
 * 0 epochs: post-training quantization; else quantization-aware training, straight through.
 * @throws QuantError QT201 a bad configuration, QT206 or QT603 an unknown name, QT100 data that does not fit, QT207 stopped
 */
export function uniform(config: UniformConfig = {}): Method {
  const settings = parseConfig(uniformConfigSchema, config, 'Uniform');
  return (context) => {
    const plan = planOf(context.model, settings);
    return withSession(context, { method: 'Uniform', config: settings, plan }, async (session) => {
      const layers = settings.sensitivity ? await sensitivities(session, context, plan) : undefined;
      const phases = context.epochs > 0 ? [await session.retrain('re-training', context.epochs)] : [];
      const quantized = await session.finish();
      return { quantized, details: { settings, phases, ...(layers && { sensitivity: layers }) } };
    });
  };
}

function planOf(model: FloatModel, settings: Settings): QuantizationPlan {
  const nodes = convNodes(model);
  const points = quantizationPoints(model);
  const { perChannel, percentile } = settings;
  checkNames(model, settings);
  return {
    weights: Object.fromEntries(
      nodes.map((node) => {
        const bits = settings.layerWeightBits[node.name] ?? settings.weightBits;
        const options = { bits, method: settings.weightRange, percentile, perChannel };
        return [node.name, uniformQuantizer(node, options)];
      }),
    ),
    projected: true,
    activations: byName(points, (point) => ({
      bits: settings.pointActivationBits[point] ?? settings.activationBits,
      method: settings.activationRange,
      percentile,
    })),
  };
}

function checkNames(model: FloatModel, { layerWeightBits, pointActivationBits }: Settings): void {
  const names = convNodes(model).map(({ name }) => name);
  requireConvNodes(names, Object.keys(layerWeightBits));
  const points = quantizationPoints(model);
  const unknown = Object.keys(pointActivationBits).find((name) => !points.includes(name));
  if (unknown !== undefined)
    throw new QuantError(
      'QT206',
      `the output of "${unknown}" is not stored in network "${model.name}". These are: ${points.join(', ')}.`,
    );
}

/** Weights one layer at a time, activations in float. */
const sensitivities = (
  { trainer }: Session,
  { data }: MethodContext,
  plan: QuantizationPlan,
): Promise<readonly LayerSensitivity[]> => sensitivity(trainer, data.validation, projectionsOf(plan));
