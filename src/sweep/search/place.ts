/** A network on the target: counted after synthesis, placed with several seeds. */

import { AccelError } from '../../accel/index.js';
import { makeHardware, mapHardware, type Hardware } from '../../flow/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import { checkFits, DoesNotFit, placeAndRoute, type SynthResult } from '../../synth/index.js';
import { spreadSeeds } from '../spec/index.js';
import type { ArraySize } from './designs.js';
import type { SpaceContext } from './space.js';

export interface PlacedSeed {
  readonly seed: number;
  readonly fmaxMHz: number | null;
  readonly timingMet: boolean;
  readonly utilization: readonly {
    readonly cell: string;
    readonly used: number;
    readonly available: number;
  }[];
}

export type Placed =
  | {
      readonly kind: 'placed';
      readonly hardware: Hardware;
      readonly counts: SynthResult['counts'];
      readonly seeds: readonly PlacedSeed[];
    }
  | { readonly kind: 'infeasible'; readonly reason: string };

/** @throws the errors of src/tools */
export const placeNetwork = async (
  network: IntegerNetwork,
  array: ArraySize,
  { options, tools, signal, progress }: SpaceContext,
): Promise<Placed> => {
  try {
    const hardware = makeHardware(network, { device: options.target, array, reloadable: false });
    const { profile } = hardware;
    const common = { device: profile.device, tools, ...(signal === undefined ? {} : { signal }) };
    const hooks = { progress, ...(signal === undefined ? {} : { signal }) };
    const synth = await mapHardware(hardware, tools, hooks);
    checkFits(synth.counts, profile.device);
    const seeds: PlacedSeed[] = [];
    for (const seed of spreadSeeds(options.placeSeeds)) {
      progress('place and route', seeds.length, options.placeSeeds);
      const placed = await placeAndRoute({ ...common, synth, clockMHz: profile.targetMHz, seed });
      seeds.push({
        seed,
        fmaxMHz: placed.fmaxMHz ?? null,
        timingMet: placed.timingMet,
        utilization: Object.entries(placed.utilization).map(([cell, of]) => ({ cell, ...of })),
      });
    }
    progress('place and route', options.placeSeeds, options.placeSeeds);
    return { kind: 'placed', hardware, counts: synth.counts, seeds };
  } catch (error) {
    if (error instanceof DoesNotFit || error instanceof AccelError)
      return { kind: 'infeasible', reason: error.message };
    throw error;
  }
};
