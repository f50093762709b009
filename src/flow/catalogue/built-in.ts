import type { ApproxMultiplier } from '../../quant/index.js';
import { measuredMultipliers } from './measured.js';
import { fromStored, multiplierOf } from './stored.js';

/**
 * The multipliers that `make bench BENCH=fames-catalogue` has generated, searched and measured in the gates of IHP's sg13g2
 * library: activations of 2 to 8 bits, unsigned and signed, by signed weights of 2 to 8 bits, the exact ones of all widths and
 * approximate ones for activations up to 6 or of 8 bits and weights up to 4 bits. Energy in fJ per operation.
 */
export const builtInCatalogue = (): readonly ApproxMultiplier[] =>
  measuredMultipliers.flatMap((stored) => {
    const measured = fromStored(stored);
    return [multiplierOf(measured, false), multiplierOf(measured, true)];
  });
