/** What a layer's weights may be: the number formats of all methods, one value per choice. */
import { z } from 'zod';
import type { ConvNode } from '../model/index.js';
import { inqLevels, levelGrid } from '../inq/index.js';
import { ternaryGrid, ternaryScaleRules } from '../prom/index.js';
import { pvqGrid } from '../pvq/index.js';
import { bitsSchema, uniformQuantizer, type WeightQuantizer } from '../qat/index.js';

export const layerFormatSchema = z.discriminatedUnion('kind', [
  /** Integers, symmetric, a scale per output channel. */
  z.strictObject({ kind: z.literal('int'), bits: bitsSchema }),
  /** PROM: -1, 0, 1 and one scale. */
  z.strictObject({ kind: z.literal('ternary'), scale: z.enum(ternaryScaleRules).default('absmean') }),
  /** INQ: 0 and powers of two, 2^(bits - 1) + 1 levels. */
  z.strictObject({ kind: z.literal('powerOfTwo'), bits: z.literal([2, 3, 4, 5]) }),
  /** PVQ: a point of the pyramid of N/`ratio` pulses, times one scale. */
  z.strictObject({ kind: z.literal('pvq'), ratio: z.number().min(0.01).max(1000) }),
  /** Two or three small convolutions of `bits` bits with `rate` times fewer parameters (ADMM). */
  z.strictObject({ kind: z.literal('factors'), bits: bitsSchema, rate: z.number().min(0.2).max(1000) }),
]);

export type LayerFormat = z.output<typeof layerFormatSchema>;
/** A format that keeps the layer as it is, one convolution. */
export type WholeFormat = Exclude<LayerFormat, { readonly kind: 'factors' }>;

/** In a few words, unique per format: `int4`, `ternary`, `shift5`, `pvq N/K 2`, `factors int6 / 1.5`. */
export function formatName(format: LayerFormat): string {
  switch (format.kind) {
    case 'int':
      return `int${format.bits}`;
    case 'ternary':
      return format.scale === 'absmean' ? 'ternary' : 'ternary twn';
    case 'powerOfTwo':
      return `shift${format.bits}`;
    case 'pvq':
      return `pvq N/K ${format.ratio}`;
    case 'factors':
      return `factors int${format.bits} / ${format.rate}`;
  }
}

/** The grid of a layer's latent weights. Levels of powers of two are those of the node's own weights and stay (INQ). */
export function formatQuantizer(node: ConvNode, format: WholeFormat): WeightQuantizer {
  switch (format.kind) {
    case 'int':
      return uniformQuantizer(node, { bits: format.bits, method: rangeOf(format.bits), perChannel: true });
    case 'ternary':
      return (latent) => ternaryGrid(latent, 1, format.scale);
    case 'powerOfTwo': {
      // Few levels lose more by covering the greatest weight than by clamping it.
      const levels = inqLevels(node.weights, format.bits, format.bits < 4 ? 'leastSquares' : 'max');
      return (latent) => levelGrid(latent, levels);
    }
    case 'pvq':
      return (latent) => pvqGrid(latent, node, { ratio: format.ratio, grouping: 'layer', scale: 'norm' });
  }
}

/** Scales of coarse grids are searched once; fine ones follow the weights. */
const rangeOf = (bits: number): 'minMax' | 'mse' => (bits >= 8 ? 'minMax' : 'mse');
