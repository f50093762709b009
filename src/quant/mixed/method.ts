/** Every layer in a format of its own: what a search over all methods chooses, re-trained as one network. */
import { z } from 'zod';
import { requireConvNodes } from '../calibrate/index.js';
import { gridQuantizer, withFactors, type FactorizedLayer } from '../factorize/index.js';
import type { Method, MethodContext } from '../method.js';
import { convNodes, quantizationPoints, type FloatModel } from '../model/index.js';
import {
  bitsSchema,
  byName,
  calibrationSchema,
  parseConfig,
  stopWhenAsked,
  trainingSchema,
  withSession,
  type QuantizationPlan,
} from '../qat/index.js';
import { layerInFactors } from './factors.js';
import { formatName, formatQuantizer, layerFormatSchema, type LayerFormat } from './formats.js';

export const mixedConfigSchema = z.strictObject({
  /** Of layers that `layers` does not name. */
  format: layerFormatSchema.default({ kind: 'int', bits: 8 }),
  /** By layer (conv node). */
  layers: z.record(z.string(), layerFormatSchema).default({}),
  activationBits: bitsSchema.default(8),
  /** Other widths by stored output (`quantizationPoints`). */
  pointActivationBits: z.record(z.string(), bitsSchema).default({}),
  activationRange: calibrationSchema.default('mse'),
  training: trainingSchema(0.05),
});

export type MixedConfig = z.input<typeof mixedConfigSchema>;
type Settings = z.output<typeof mixedConfigSchema>;

/**
 * Quantization-aware training with every layer's own grid, straight through; 0 epochs: projection only. Layers in factors are
 * factorized first (ADMM) and become two or three nodes.
 * @throws QuantError QT201 a bad configuration, QT301 and QT302 layers that cannot be factorized, QT603 an unknown layer,
 * QT100 data that does not fit, QT207 stopped
 */
export function mixed(config: MixedConfig = {}): Method {
  const settings = parseConfig(mixedConfigSchema, config, 'Mixed');
  return async (context) => {
    requireConvNodes(
      convNodes(context.model).map(({ name }) => name),
      Object.keys(settings.layers),
    );
    const { model, plan, factors } = planMixed(context, settings);
    const options = { method: 'Mixed', config: settings, plan };
    return withSession({ ...context, model }, options, async (session) => {
      const phases = context.epochs > 0 ? [await session.retrain('re-training', context.epochs)] : [];
      const quantized = await session.finish();
      return {
        quantized,
        details: { settings, formats: formatNames(context.model, settings), factors, phases },
      };
    });
  };
}

const formatOf = ({ layers, format }: Settings, layer: string): LayerFormat => layers[layer] ?? format;

const formatNames = (model: FloatModel, settings: Settings): Readonly<Record<string, string>> =>
  byName(
    convNodes(model).map(({ name }) => name),
    (layer) => formatName(formatOf(settings, layer)),
  );

interface MixedPlan {
  /** With factors in the place of the layers that have them. */
  readonly model: FloatModel;
  readonly plan: QuantizationPlan;
  readonly factors: readonly Pick<FactorizedLayer, 'layer' | 'rank' | 'errors'>[];
}

function planMixed(context: MethodContext, settings: Settings): MixedPlan {
  const factorized = factorizedLayers(context, settings);
  const { model, weights } = withFactors(context.model, factorized);
  const quantizers = convNodes(model).map((node) => {
    const grid = weights[node.name];
    if (grid !== undefined) return [node.name, gridQuantizer(grid)] as const;
    const format = formatOf(settings, node.name);
    if (format.kind === 'factors') throw new RangeError(`layer ${node.name} was not factorized`);
    return [node.name, formatQuantizer(node, format)] as const;
  });
  return {
    model,
    plan: {
      weights: Object.fromEntries(quantizers),
      projected: true,
      activations: byName(quantizationPoints(model), (point) => ({
        bits: settings.pointActivationBits[point] ?? settings.activationBits,
        method: settings.activationRange,
      })),
    },
    factors: factorized.map(({ layer, rank, errors }) => ({ layer, rank, errors })),
  };
}

function factorizedLayers(context: MethodContext, settings: Settings): readonly FactorizedLayer[] {
  return convNodes(context.model).flatMap(({ name }) => {
    const format = formatOf(settings, name);
    if (format.kind !== 'factors') return [];
    stopWhenAsked(context, 'Mixed', `factorization of ${name}`);
    return [layerInFactors(context.model, name, format, context.seed)];
  });
}
