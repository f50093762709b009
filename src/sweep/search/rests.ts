/** What stands around an array's columns, in lookup tables: measured where the activations are narrowest and widest. */

import type { PlannedHardware } from '../../flow/index.js';
import type { ArraySize } from './designs.js';
import type { Formats, Sketches } from './sketch.js';
import type { SearchContext } from './context.js';
import { measureRest, type UnitTable } from './units.js';

export interface Rest {
  readonly luts: number;
  /** Between two measured points. */
  readonly interpolated: boolean;
}

export type RestOf = (
  array: ArraySize,
  formats: Formats,
  planned: PlannedHardware,
  activationBits: number,
) => Promise<Rest>;

/** Each combination of kinds of engines is measured once on each array: the first network that has it stands for all. */
export const openRests = (context: SearchContext, sketches: Sketches, units: UnitTable): RestOf => {
  const widths = [...sketches.keys()];
  const [narrowest, widest] = [Math.min(...widths), Math.max(...widths)];
  const measured = new Map<string, Promise<readonly [number, number]>>();
  const at = async (array: ArraySize, formats: Formats, bits: number): Promise<number> => {
    const { options, tools, signal } = context;
    const network = await sketches.get(bits)?.(formats);
    if (network === undefined) throw new RangeError(`no sketches of ${bits}-bit activations`);
    const hardware = { device: options.target, array, reloadable: false };
    return measureRest(network, hardware, units, { tools, signal });
  };
  const ends = async (array: ArraySize, formats: Formats): Promise<readonly [number, number]> => {
    const least = await at(array, formats, narrowest);
    return [least, widest === narrowest ? least : await at(array, formats, widest)];
  };
  return async (array, formats, { plan }, bits) => {
    const kinds = plan.config.engines.map(({ name }) => name).join();
    const key = `${array.rows}x${array.columns} ${kinds}`;
    const known = measured.get(key) ?? ends(array, formats);
    measured.set(key, known);
    const [least, most] = await known;
    const share = widest === narrowest ? 0 : (bits - narrowest) / (widest - narrowest);
    return { luts: least + share * (most - least), interpolated: bits !== narrowest && bits !== widest };
  };
};
