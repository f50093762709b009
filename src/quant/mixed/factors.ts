import { QuantError } from '../errors.js';
import {
  chosenLayers,
  factorizeConfigSchema,
  factorizeLayer,
  rankOf,
  type FactorizedLayer,
} from '../factorize/index.js';
import type { FloatModel } from '../model/index.js';
import type { LayerFormat } from './formats.js';

/** A layer in the factors that its format asks for (ADMM). @throws QuantError QT302 a depthwise layer, QT301 a rank out of range */
export function layerInFactors(
  model: FloatModel,
  name: string,
  { bits, rate }: LayerFormat & { readonly kind: 'factors' },
  seed: number,
): FactorizedLayer {
  const layer = chosenLayers(model, []).find(({ node }) => node.name === name);
  if (layer === undefined)
    throw new QuantError(
      'QT302',
      `layer "${name}" is depthwise and cannot be factorized. Give it another format.`,
    );
  const defaults = factorizeConfigSchema.parse({});
  return factorizeLayer(layer, rankOf(layer.modes, rate), {
    ...defaults,
    bits: { in: bits, depth: bits, out: bits },
    seed,
  });
}
