/** Choices put into a network: product tables, gains and biases. */
import { QuantError } from '../errors.js';
import {
  convNamed,
  weightGridOf,
  weightsOfGrid,
  type FloatModel,
  type ProductTable,
  type QuantizedModel,
} from '../model/index.js';
import type { ApproxMultiplier } from './catalogue.js';
import type { LayerEstimate } from './estimate.js';
import type { TableNetwork } from './inference/table-network.js';
import { accumulatorScales } from './lower.js';
import type { Correction } from './recalibrate.js';
import { correctionOf } from './statistics.js';

/** Per layer the number of a candidate, or undefined: exact products. */
export type LayerChoices = readonly (number | undefined)[];

/** Makes the running network compute with these choices, each layer corrected on its own by its bias, if at all. */
export function substituteIn(
  running: TableNetwork,
  estimates: readonly LayerEstimate[],
  choices: LayerChoices,
  biasCorrection: boolean,
): void {
  estimates.forEach((estimate, i) => {
    const multiplier = multiplierOf(estimate, choices[i]);
    const bias = ownCorrection(estimate, choices[i], biasCorrection).bias;
    running.substitute(estimate.layer.name, multiplier && { table: multiplier.table, bias });
  });
}

export const multiplierOf = (
  { candidates }: LayerEstimate,
  choice: number | undefined,
): ApproxMultiplier | undefined => (choice === undefined ? undefined : candidates[choice]);

/** Of the layer alone: its mean errors taken back by the bias, if at all. */
export function ownCorrection(
  { statistics, layer }: LayerEstimate,
  choice: number | undefined,
  biasCorrection: boolean,
): Correction {
  const none = layer.layer.bias.map(() => 0);
  const corrected = biasCorrection && choice !== undefined;
  return { gain: none.map(() => 1), bias: corrected ? correctionOf(statistics, choice) : none };
}

/** What one layer of the result computes. */
export interface LayerChange {
  readonly layer: string;
  /** Undefined: exact. */
  readonly multiplier: ApproxMultiplier | undefined;
  readonly correction: Correction;
}

/** The quantized model so changed: gains become part of the weights' scales, whose codes stay. @throws QuantError QT503 */
export const withChanges = (quantized: QuantizedModel, changes: readonly LayerChange[]): QuantizedModel =>
  changes.reduce(withChange, quantized);

function withChange(
  quantized: QuantizedModel,
  { layer, multiplier, correction }: LayerChange,
): QuantizedModel {
  const scales = accumulatorScales(quantized, layer);
  const bias = correction.bias.map((step, o) => step * (scales[o] ?? 0));
  if ([...bias, ...correction.gain].some((value) => !Number.isFinite(value))) {
    throw new QuantError('QT503', `the correction of layer "${layer}" is not finite. Check its scales.`);
  }
  const grid = weightGridOf(quantized, layer);
  const gained = Float32Array.from(
    correction.gain,
    (gain, o) => gain * (grid.scales[grid.scales.length === 1 ? 0 : o] ?? 0),
  );
  const changed = correction.gain.every((gain) => gain === 1) ? grid : { ...grid, scales: gained };
  const product = multiplier && { [layer]: productOf(multiplier) };
  return {
    ...quantized,
    model: withFilters(quantized.model, layer, weightsOfGrid(changed), bias),
    weights: { ...quantized.weights, [layer]: changed },
    products: { ...quantized.products, ...product },
  };
}

const productOf = ({ name, table, circuit }: ApproxMultiplier): ProductTable => ({
  ...{ name, table },
  ...(circuit === undefined ? {} : { circuit }),
});

/** Replaces a convolution's weights and adds to its bias, which it then has. */
function withFilters(
  model: FloatModel,
  conv: string,
  weights: Float32Array,
  added: readonly number[],
): FloatModel {
  const { bias } = convNamed(model, conv);
  const corrected = Float32Array.from(added, (value, o) => value + (bias?.[o] ?? 0));
  const nodes = model.nodes.map((node) =>
    node.name === conv && node.kind === 'conv' ? { ...node, weights, bias: corrected } : node,
  );
  return { ...model, nodes };
}
