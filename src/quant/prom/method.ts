/** PROM (Meiner, Mehnert, Condurache, arXiv 2505.03254): ternary pointwise convolutions, everything else 8 bits. */
import { z } from 'zod';
import type { WeightOptions } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import type { Method } from '../method.js';
import {
  convNodes,
  isPointwise,
  nodeShapes,
  quantizationPoints,
  type ConvNode,
  type FloatModel,
  type QuantizedModel,
} from '../model/index.js';
import {
  bitsSchema,
  byName,
  calibrationSchema,
  parseConfig,
  trainingSchema,
  uniformQuantizer,
  withSession,
  type QuantizationPlan,
  type WeightQuantizer,
} from '../qat/index.js';
import { ternaryGrid, ternaryScaleRules } from './ternary.js';

export const promConfigSchema = z.strictObject({
  /** Of the ternary layers: mean magnitude, or TWN's threshold 0.7 mean |w| with the mean of what lies above it. */
  scale: z.enum(ternaryScaleRules).default('absmean'),
  /** One ternary scale per layer, or per output channel. */
  perChannel: z.boolean().default(false),
  /** Of the stem, the depthwise layers and the classifier: symmetric, per output channel. */
  weightBits: bitsSchema.default(8),
  activationBits: bitsSchema.default(8),
  activationRange: calibrationSchema.default('minMax'),
  training: trainingSchema(0.05),
});

export type PromConfig = z.input<typeof promConfigSchema>;
type Settings = z.output<typeof promConfigSchema>;

/**
 * Quantization-aware training from a float network, straight through, no schedule of bits; 0 epochs: projection only.
 * @throws QuantError QT201 a bad configuration, QT205 no pointwise layer, QT100 data that does not fit, QT207 stopped
 */
export function prom(config: PromConfig = {}): Method {
  const settings = parseConfig(promConfigSchema, config, 'PROM');
  return (context) => {
    const plan = planOf(context.model, settings);
    return withSession(context, { method: 'PROM', config: settings, plan }, async (session) => {
      const phases = context.epochs > 0 ? [await session.retrain('re-training', context.epochs)] : [];
      const quantized = await session.finish();
      return { quantized, details: { settings, phases, layers: describe(quantized) } };
    });
  };
}

function planOf(model: FloatModel, settings: Settings): QuantizationPlan {
  const shapes = nodeShapes(model);
  const nodes = convNodes(model);
  const ternary = new Set(nodes.filter((node) => isPointwise(node, shapes)));
  if (ternary.size === 0)
    throw new QuantError(
      'QT205',
      `network "${model.name}" has no 1x1 convolution, which is what PROM makes ternary. ` +
        'PROM is for depthwise-separable networks; choose inq, pvq or uniform.',
    );
  const others: WeightOptions = { bits: settings.weightBits, method: 'minMax', perChannel: true };
  const quantizerOf = (node: ConvNode) =>
    ternary.has(node) ? ternaryQuantizer(node, settings) : uniformQuantizer(node, others);
  return {
    weights: Object.fromEntries(nodes.map((node) => [node.name, quantizerOf(node)])),
    projected: true,
    activations: byName(quantizationPoints(model), () => ({
      bits: settings.activationBits,
      method: settings.activationRange,
    })),
  };
}

const ternaryQuantizer =
  (node: ConvNode, { scale, perChannel }: Settings): WeightQuantizer =>
  (latent) =>
    ternaryGrid(latent, perChannel ? node.outChannels : 1, scale);

/** By layer: its format, and the share of zeros, which cost nothing in hardware. */
const describe = ({ weights }: QuantizedModel): Readonly<Record<string, unknown>> =>
  byName(Object.keys(weights), (name) => {
    const { format = 'int', bits = 0, codes = new Int16Array() } = weights[name] ?? {};
    return { format, bits, zeros: codes.filter((code) => code === 0).length / codes.length };
  });
