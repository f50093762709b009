import type { ApproxMultiplier } from '../../quant/index.js';
import { measuredMultipliers } from './measured.js';
import type { MagnitudeWidths } from './multipliers.js';
import { fromStored, multipliersOf } from './stored.js';

/**
 * The multipliers that `make bench BENCH=fames-catalogue` has generated, searched and measured in the gates of IHP's sg13g2
 * library: activations of 2 to 8 bits, unsigned and signed, by signed weights of 2 to 8 bits, the exact ones of all widths
 * and approximate ones for activations up to 6 or of 8 bits and weights up to 4 bits. Energy in fJ per operation.
 * `wanted`: only those of these widths, which takes less time.
 */
export const builtInCatalogue = (
  wanted: (widths: MagnitudeWidths) => boolean = () => true,
): readonly ApproxMultiplier[] =>
  measuredMultipliers.filter(wanted).flatMap((stored) => multipliersOf(fromStored(stored)));
