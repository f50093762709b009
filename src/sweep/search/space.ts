/** What is known of each layer's formats before anything is trained: predicted loss, energy. */

import {
  convNodes,
  createTrainer,
  formatLosses,
  formatName,
  quantizationPoints,
  calibrateActivations,
  spreadPictures,
  type FormatCandidate,
  type LayerFormat,
} from '../../quant/index.js';
import { networkEnergy, operationEnergyPj, type QuantizeInputs } from '../../flow/index.js';
import { datasetSamples, subset, type IntegerNetwork } from '../../nn/index.js';
import type { Library } from '../../synth/index.js';
import type { FindOptions } from '../../tools/index.js';
import { candidatesOf } from './formats.js';
import type { SearchOptions } from './options.js';
import type { Sketch, Sketches } from './sketch.js';

/** One layer's format with what it costs. */
export interface LayerOption {
  readonly format: LayerFormat;
  /** Predicted change of the mean loss, never below 0. */
  readonly loss: number;
  /** pJ per picture, of the layer or of what takes its place. */
  readonly energyPj: number;
}

/** What the layers may be at one width of the stored activations. */
export interface Space {
  readonly activationBits: number;
  /** What rounding the activations alone adds to the loss. */
  readonly activationLoss: number;
  readonly layers: readonly { readonly name: string; readonly options: readonly LayerOption[] }[];
}

export interface SpaceContext {
  readonly inputs: QuantizeInputs;
  readonly options: SearchOptions;
  readonly library: Library | undefined;
  readonly tools: FindOptions;
  readonly progress: (stage: string, done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Pictures of the estimate; fewer let single pictures decide. */
const pictures = 1000;

/** One space per width of the activations. @throws QuantError, FlowError, the errors of src/tools */
export const exploreSpaces = async (context: SpaceContext, sketches: Sketches): Promise<readonly Space[]> => {
  const { inputs, options, progress } = context;
  const { model, input, validation } = inputs;
  const candidates = candidatesOf(model, options.formats);
  progress('estimate losses', 0, 1);
  const request = { model, input, data: validation, pictures, seed: options.seed };
  const losses = await formatLosses(request, candidates);
  const activationLoss = await activationLosses(context);
  progress('estimate losses', 1, 1);
  const spaces: Space[] = [];
  for (const [bits, sketch] of sketches) {
    const energyOf = await energiesOf(context, candidates, bits, sketch);
    const optionsOf = (layer: string): readonly LayerOption[] =>
      losses.flatMap(({ layer: of, format, first, second }) =>
        of === layer
          ? [{ format, loss: Math.max(0, first) + second, energyPj: energyOf(layer, format) }]
          : [],
      );
    spaces.push({
      activationBits: bits,
      activationLoss: activationLoss.get(bits) ?? 0,
      layers: convNodes(model).map(({ name }) => ({ name, options: optionsOf(name) })),
    });
  }
  return spaces;
};

/** Real, with float weights: there are few widths. */
const activationLosses = async ({ inputs, options }: SpaceContext): Promise<ReadonlyMap<number, number>> => {
  const { model, input, train, validation } = inputs;
  const trainer = await createTrainer(model);
  try {
    trainer.setQuantizers({ input });
    const { loss: before } = await trainer.evaluate(validation);
    const losses = new Map<number, number>();
    for (const bits of options.activationBits) {
      trainer.setQuantizers({ input });
      const points = quantizationPoints(model);
      const activations = await calibrateActivations(trainer, train, points, { bits, method: 'mse' });
      trainer.setQuantizers({ input, activations });
      losses.set(bits, Math.max(0, (await trainer.evaluate(validation)).loss - before));
    }
    return losses;
  } finally {
    await trainer.close();
  }
};

/** All layers in one format at a time, others in 8-bit integers, without training: weights and activations are near enough. */
const energiesOf = async (
  context: SpaceContext,
  candidates: readonly FormatCandidate[],
  activationBits: number,
  sketch: Sketch,
): Promise<(layer: string, format: LayerFormat) => number> => {
  const formats = new Map(candidates.map(({ format }) => [formatName(format), format]));
  const energies = new Map<string, ReadonlyMap<string, number>>();
  for (const [name, format] of formats) {
    context.progress(`energy of formats, act${activationBits}`, energies.size, formats.size);
    context.signal?.throwIfAborted();
    const own = candidates.filter((each) => formatName(each.format) === name);
    const network = await sketch(Object.fromEntries(own.map(({ layer }) => [layer, format])));
    energies.set(name, await layerEnergies(context, network));
  }
  context.progress(`energy of formats, act${activationBits}`, formats.size, formats.size);
  return (layer, format) => {
    const own = energies.get(formatName(format)) ?? new Map<string, number>();
    return [...own].reduce(
      (sum, [name, pj]) => sum + (name === layer || name.startsWith(`${layer}/`) ? pj : 0),
      0,
    );
  };
};

/** pJ per picture by layer: gates of the library at work, or published energies per operation where there is none. */
export const layerEnergies = async (
  { inputs, library, tools, signal }: Pick<SpaceContext, 'inputs' | 'library' | 'tools' | 'signal'>,
  network: IntegerNetwork,
): Promise<ReadonlyMap<string, number>> => {
  if (library === undefined)
    return new Map(
      network.layers.flatMap((layer) =>
        layer.kind === 'conv' ? [[layer.name, operationEnergyPj(network, layer)]] : [],
      ),
    );
  const { validation } = inputs;
  const samples = datasetSamples(network, subset(validation, spreadPictures(validation, energyPictures)));
  const request = {
    ...{ library, pictures: energyPictures, operations: energyOperations, tools },
    ...(signal === undefined ? {} : { signal }),
  };
  const { layers } = await networkEnergy(network, samples, request);
  return new Map(layers.map(({ layer, pjPerPicture }) => [layer, pjPerPicture]));
};

/** A quarter of what `networkEnergy` takes by itself: within a few percent, for ten times as many networks. */
const energyOperations = 1024;
const energyPictures = 4;
