/** What stands around an array's columns, in lookup tables: measured where the activations are narrowest and widest. */

import type { PlannedHardware } from '../../flow/index.js';
import type { ArraySize } from './designs.js';
import type { Formats, Sketches } from './sketch.js';
import type { SpaceContext } from './space.js';
import { measureRest, type UnitTable } from './units.js';

export interface Rest {
  readonly luts: number;
  /** Between two measured points. */
  readonly interpolated: boolean;
}

export type RestOf = (formats: Formats, planned: PlannedHardware, activationBits: number) => Promise<Rest>;

/**
 * For one size of the array. Each combination of kinds of engines is measured once: the first network that has it stands for
 * all.
 */
export const openRests = (
  context: SpaceContext,
  array: ArraySize,
  sketches: Sketches,
  units: UnitTable,
): RestOf => {
  const widths = [...sketches.keys()];
  const [narrowest, widest] = [Math.min(...widths), Math.max(...widths)];
  const measured = new Map<string, Promise<readonly [number, number]>>();
  const at = async (formats: Formats, bits: number): Promise<number> => {
    const { options, tools, signal } = context;
    const network = await sketches.get(bits)?.(formats);
    if (network === undefined) throw new RangeError(`no sketches of ${bits}-bit activations`);
    const hardware = { device: options.target, array, reloadable: false };
    return measureRest(network, hardware, units, { tools, signal });
  };
  const ends = async (formats: Formats): Promise<readonly [number, number]> => {
    const least = await at(formats, narrowest);
    return [least, widest === narrowest ? least : await at(formats, widest)];
  };
  return async (formats, { plan }, bits) => {
    const kinds = plan.config.engines.map(({ name }) => name).join();
    const known = measured.get(kinds) ?? ends(formats);
    measured.set(kinds, known);
    const [least, most] = await known;
    const share = widest === narrowest ? 0 : (bits - narrowest) / (widest - narrowest);
    return { luts: least + share * (most - least), interpolated: bits !== narrowest && bits !== widest };
  };
};
