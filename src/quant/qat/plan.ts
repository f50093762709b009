/** Which grid every layer's weights and every stored activation get, and how a trainer is put on them. */
import type { Dataset } from '../../nn/index.js';
import { roundHalfEven } from '../../num/index.js';
import { calibrateActivations, weightGrid, weightsOfGrid } from '../calibrate/index.js';
import type { ActivationOptions, WeightOptions } from '../calibrate/index.js';
import type { MethodContext } from '../method.js';
import type { ActivationGrid, ConvNode, WeightGrid } from '../model/index.js';
import type { Projection, Trainer } from '../train/index.js';

/** The grid for a layer's latent weights: a pure function, so that a resumed run does what an unbroken one does. */
export type WeightQuantizer = (latent: Float32Array) => WeightGrid;

export interface QuantizationPlan {
  /** By conv node; every conv node is listed. */
  readonly weights: Readonly<Record<string, WeightQuantizer>>;
  /** Whether training sees quantized weights, straight through; else the method itself freezes weights on their grid. */
  readonly projected: boolean;
  /** By quantization point; every one is listed. */
  readonly activations: Readonly<Record<string, ActivationOptions>>;
}

/** One value for each name. */
export const byName = <Value>(
  names: readonly string[],
  valueOf: (name: string) => Value,
): Readonly<Record<string, Value>> => Object.fromEntries(names.map((name) => [name, valueOf(name)]));

/**
 * Uniform grid. The scales of `minMax` follow the latent weights; those that take a search (`percentile`, `mse`) are found
 * once, for the node's own weights, and stay.
 */
export function uniformQuantizer(node: ConvNode, options: WeightOptions): WeightQuantizer {
  const grid = (weights: Float32Array): WeightGrid =>
    weightGrid(weights, node.outChannels, options, `layer "${node.name}"`);
  if (options.method === 'minMax') return grid;
  const { scales } = grid(node.weights);
  return (latent) => gridOnScales(latent, scales, options.bits);
}

function gridOnScales(latent: Float32Array, scales: Float32Array, bits: number): WeightGrid {
  const size = latent.length / scales.length;
  const greatest = 2 ** (bits - 1) - 1;
  const codes = Int16Array.from(latent, (weight, i) => {
    const code = roundHalfEven(weight / (scales[Math.floor(i / size)] ?? 1));
    return Math.max(-greatest, Math.min(greatest, code));
  });
  return { codes, scales, bits, format: 'int' };
}

/** The grids that the trainer's weights call for now. */
export const weightGrids = (
  trainer: Trainer,
  { weights }: QuantizationPlan,
): Readonly<Record<string, WeightGrid>> =>
  Object.fromEntries(
    Object.entries(weights).map(([name, quantizer]) => [name, quantizer(trainer.weights(name))]),
  );

/**
 * Puts the trainer on the plan's grids: statistics re-estimated and activations calibrated on them, all from the weights and
 * the data alone, so that a resumed run does exactly the same.
 */
export async function setGrids(
  trainer: Trainer,
  { input, data }: MethodContext,
  plan: QuantizationPlan,
): Promise<Readonly<Record<string, ActivationGrid>>> {
  const projections = projectionsOf(plan);
  trainer.setQuantizers({ input, projections });
  await trainer.reestimate(data.train);
  const activations = await calibrated(trainer, data.train, plan.activations);
  trainer.setQuantizers({ input, projections, activations });
  return activations;
}

/** None where the method freezes weights itself. */
export const projectionsOf = ({
  weights,
  projected,
}: QuantizationPlan): Readonly<Record<string, Projection>> =>
  projected
    ? Object.fromEntries(Object.entries(weights).map(([name, quantizer]) => [name, projectionOf(quantizer)]))
    : {};

const projectionOf =
  (quantizer: WeightQuantizer): Projection =>
  (latent, used) =>
    used.set(weightsOfGrid(quantizer(latent)));

/** Points with equal options are observed together. */
async function calibrated(
  trainer: Trainer,
  data: Dataset,
  options: QuantizationPlan['activations'],
): Promise<Readonly<Record<string, ActivationGrid>>> {
  const groups = new Map<string, { readonly shared: ActivationOptions; readonly points: string[] }>();
  for (const [point, shared] of Object.entries(options)) {
    const key = JSON.stringify(shared);
    const group = groups.get(key) ?? { shared, points: [] };
    group.points.push(point);
    groups.set(key, group);
  }
  const grids: Record<string, ActivationGrid> = {};
  for (const { shared, points } of groups.values())
    Object.assign(grids, await calibrateActivations(trainer, data, points, shared));
  return grids;
}
