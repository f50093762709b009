/** What is known of each layer's formats before anything is trained: predicted loss, energy. */

import {
  convNodes,
  createTrainer,
  formatLosses,
  formatName,
  quantizationPoints,
  calibrateActivations,
  type FormatCandidate,
  type LayerFormat,
} from '../../quant/index.js';
import type { ArraySize } from './designs.js';
import { estimatedEnergies, type LayerEnergies } from './energies.js';
import { candidatesOf } from './formats.js';
import type { SearchContext } from './context.js';
import type { Sketch, Sketches } from './sketch.js';

/** One layer's format with what it costs. */
export interface LayerOption {
  readonly format: LayerFormat;
  /** Predicted change of the mean loss, never below 0. */
  readonly loss: number;
  /** pJ per picture, of the layer or of what takes its place. */
  readonly energyPj: number;
}

/** What the layers may be on one array, at one width of the stored activations. */
export interface Space {
  readonly array: ArraySize;
  readonly activationBits: number;
  /** What rounding the activations alone adds to the loss. */
  readonly activationLoss: number;
  readonly layers: readonly { readonly name: string; readonly options: readonly LayerOption[] }[];
}

/** Pictures of the estimate; fewer let single pictures decide. */
const pictures = 1000;

/** One space per array and width of the activations. @throws QuantError, FlowError, the errors of src/tools */
export const exploreSpaces = async (
  context: SearchContext,
  sketches: Sketches,
): Promise<readonly Space[]> => {
  const { inputs, options, progress } = context;
  const { model, input, validation } = inputs;
  const candidates = candidatesOf(model, options.formats);
  progress('estimate losses', 0, 1);
  const request = { model, input, data: validation, pictures, seed: options.seed };
  const losses = await formatLosses(request, candidates);
  const activationLoss = await activationLosses(context);
  progress('estimate losses', 1, 1);
  const spaces: Space[] = [];
  const grids = options.arrays.flatMap((array) => [...sketches].map((sketch) => [array, ...sketch] as const));
  for (const [array, bits, sketch] of grids) {
    const energyOf = await energiesOf(context, candidates, { array, bits, sketch });
    const optionsOf = (layer: string): readonly LayerOption[] =>
      losses.flatMap(({ layer: of, format, first, second }) =>
        of === layer
          ? [{ format, loss: Math.max(0, first) + second, energyPj: energyOf(layer, format) }]
          : [],
      );
    spaces.push({
      ...{ array, activationBits: bits },
      activationLoss: activationLoss.get(bits) ?? 0,
      layers: convNodes(model).map(({ name }) => ({ name, options: optionsOf(name) })),
    });
  }
  return spaces;
};

/** Real, with float weights: there are few widths. */
const activationLosses = async ({ inputs, options }: SearchContext): Promise<ReadonlyMap<number, number>> => {
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
  context: SearchContext,
  candidates: readonly FormatCandidate[],
  { array, bits, sketch }: { readonly array: ArraySize; readonly bits: number; readonly sketch: Sketch },
): Promise<(layer: string, format: LayerFormat) => number> => {
  const formats = new Map(candidates.map(({ format }) => [formatName(format), format]));
  const energies = new Map<string, LayerEnergies>();
  const stage = `energy of formats, ${array.rows}x${array.columns}, act${bits}`;
  for (const [name, format] of formats) {
    context.progress(stage, energies.size, formats.size);
    context.signal?.throwIfAborted();
    const own = candidates.filter((each) => formatName(each.format) === name);
    const network = await sketch(Object.fromEntries(own.map(({ layer }) => [layer, format])));
    energies.set(name, await estimatedEnergies(context, network, array));
  }
  context.progress(stage, formats.size, formats.size);
  return (layer, format) => {
    const own = energies.get(formatName(format)) ?? new Map<string, number>();
    // Factors stand as layers of their own in the place of one.
    return [...own].reduce(
      (sum, [name, pj]) => sum + (name === layer || name.startsWith(`${layer}/`) ? pj : 0),
      0,
    );
  };
};
