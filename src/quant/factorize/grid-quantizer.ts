import type { WeightGrid } from '../model/index.js';
import type { WeightQuantizer } from '../qat/index.js';
import { codesOf } from './quantizer.js';

/** The grid that ADMM chose: its scale stays, latent weights move between its codes. */
export const gridQuantizer =
  (grid: WeightGrid): WeightQuantizer =>
  (latent) => ({ ...grid, codes: codesOf(Float64Array.from(latent), grid.scales[0] ?? 1, grid.bits) });
