/** A network on the target: counted after synthesis, placed with several seeds. */

import { makeHardware, mapHardware, type Hardware } from '../../flow/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import { checkFits, placeAndRoute, type SynthResult } from '../../synth/index.js';
import { spreadSeeds } from '../spec/index.js';
import { orInfeasible } from '../stages/infeasible.js';
import type { Infeasible } from '../stages/stage.js';
import type { ArraySize } from './designs.js';
import type { SearchContext } from './context.js';

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

export type Mapped =
  Infeasible | { readonly kind: 'mapped'; readonly hardware: Hardware; readonly synth: SynthResult };

export type Placed =
  | Infeasible
  | {
      readonly kind: 'placed';
      readonly hardware: Hardware;
      readonly counts: SynthResult['counts'];
      readonly seeds: readonly PlacedSeed[];
    };

/** What the target's cells make of a network. @throws the errors of src/tools */
export const mapNetwork = (
  network: IntegerNetwork,
  array: ArraySize,
  { options, tools, signal, progress }: SearchContext,
): Promise<Mapped> =>
  orInfeasible(async () => {
    const hardware = makeHardware(network, { device: options.target, array, reloadable: false });
    const hooks = { progress, ...(signal === undefined ? {} : { signal }) };
    const synth = await mapHardware(hardware, tools, hooks);
    checkFits(synth.counts, hardware.profile.device);
    return { kind: 'mapped', hardware, synth };
  });

/** @throws the errors of src/tools */
export const placeNetwork = (
  network: IntegerNetwork,
  array: ArraySize,
  context: SearchContext,
): Promise<Placed> =>
  orInfeasible(async () => {
    const mapped = await mapNetwork(network, array, context);
    if (mapped.kind === 'infeasible') return mapped;
    const { options, tools, signal, progress } = context;
    const { hardware, synth } = mapped;
    const { device, targetMHz: clockMHz } = hardware.profile;
    const common = { device, clockMHz, tools, ...(signal === undefined ? {} : { signal }) };
    const seeds: PlacedSeed[] = [];
    for (const seed of spreadSeeds(options.placeSeeds)) {
      progress('place and route', seeds.length, options.placeSeeds);
      const placed = await placeAndRoute({ ...common, synth, seed });
      seeds.push({
        seed,
        fmaxMHz: placed.fmaxMHz ?? null,
        timingMet: placed.timingMet,
        utilization: Object.entries(placed.utilization).map(([cell, of]) => ({ cell, ...of })),
      });
    }
    progress('place and route', options.placeSeeds, options.placeSeeds);
    return { kind: 'placed', hardware, counts: synth.counts, seeds };
  });
