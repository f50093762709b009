/** Energies of a network's layers on an array. */

import { networkEnergy, operationEnergyPj } from '../../flow/index.js';
import { datasetSamples, subset, type IntegerNetwork } from '../../nn/index.js';
import { spreadPictures } from '../../quant/index.js';
import type { ArraySize } from './designs.js';
import type { SearchContext } from './context.js';

/** pJ per picture by layer: gates of the library at work, or published energies per operation where there is none. */
export type LayerEnergies = ReadonlyMap<string, number>;

type Measure = (
  context: Pick<SearchContext, 'inputs' | 'library' | 'tools' | 'signal'>,
  network: IntegerNetwork,
  array: ArraySize,
) => Promise<LayerEnergies>;

const energiesBy =
  (sample: { readonly pictures: number; readonly operations: number }): Measure =>
  async ({ inputs, library, tools, signal }, network, array) => {
    if (library === undefined)
      return new Map(
        network.layers.flatMap((layer) =>
          layer.kind === 'conv' ? [[layer.name, operationEnergyPj(network, layer)]] : [],
        ),
      );
    const { validation } = inputs;
    const samples = datasetSamples(network, subset(validation, spreadPictures(validation, sample.pictures)));
    const request = { library, array, tools, ...sample, ...(signal === undefined ? {} : { signal }) };
    const { layers } = await networkEnergy(network, samples, request);
    return new Map(layers.map(({ layer, pjPerPicture }) => [layer, pjPerPicture]));
  };

/** Of networks that are published: as much as `networkEnergy` takes by itself. */
export const measuredEnergies = energiesBy({ pictures: 8, operations: 4096 });

/** A quarter of that: within a few percent, for ten times as many networks. */
export const estimatedEnergies = energiesBy({ pictures: 4, operations: 1024 });
