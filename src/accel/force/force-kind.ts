/** One kind of PE for all dense layers, whatever formats their weights have: refused, or rounded, where they do not fit. */

import { tensorOf, type ConvLayer, type IntegerLayer, type IntegerNetwork } from '../../nn/index.js';
import { exactTable } from '../../units/index.js';
import { greatestTableBits } from '../array/engines/table.js';
import { AccelError } from '../errors.js';
import {
  isPowerOfTwo,
  isTernary,
  nearestPowersOfTwo,
  nearestPyramidPoint,
  nearestTernary,
  type Approximation,
} from './nearest.js';
import { rescaledLogits, rescaledRequantize } from './rescale.js';

export const peKinds = ['ternary', 'powerOfTwo', 'pvq', 'int', 'table'] as const;
export type PeKind = (typeof peKinds)[number];

export interface ForceOptions {
  readonly kind: PeKind;
  /** Round weights that the kind does not represent; false: they are refused. */
  readonly round: boolean;
  /** PVQ, rounding: pulses (sum of magnitudes) per weight of a filter. */
  readonly pulsesPerWeight: number;
}

/** What rounding did to a layer, in steps of its old weights. */
export interface LayerRounding {
  readonly layer: string;
  readonly weights: number;
  readonly changed: number;
  readonly largestChange: number;
  readonly meanChange: number;
}

export interface ForcedNetwork {
  readonly network: IntegerNetwork;
  /** The layers whose weights changed. */
  readonly rounded: readonly LayerRounding[];
}

/**
 * The network with every dense layer in `kind`'s format. Depthwise layers, pooling and additions stay as they are. `table`
 * makes the table of the exact product for layers that have none; `pvq` takes any integers unless it rounds.
 * @throws AccelError ACC006, naming the layer and the first weight that does not fit
 */
export const forcePeKind = (network: IntegerNetwork, options: ForceOptions): ForcedNetwork =>
  network.layers.reduce<ForcedNetwork>(
    (forced, layer) => (isDense(layer) ? forceLayer(forced, layer, options) : forced),
    { network, rounded: [] },
  );

const isDense = (layer: IntegerLayer): layer is ConvLayer => layer.kind === 'conv' && !layer.depthwise;

const forceLayer = (
  { network, rounded }: ForcedNetwork,
  layer: ConvLayer,
  options: ForceOptions,
): ForcedNetwork => {
  const { kind, round } = options;
  if (kind === 'table') return { network: withLayer(network, layer, tabled(network, layer)), rounded };
  if (layer.product !== 'exact')
    throw refusal(layer, kind, 'has a product table of its own', 'leave the choice to the layers');
  if (kind === 'int') return { network: withLayer(network, layer, asInt(layer)), rounded };
  const at = layer.weights.findIndex((weight) => !fits(kind, weight));
  if (at >= 0 && !round) {
    const filter = layer.weights.length / layer.bias.length;
    throw refusal(
      layer,
      kind,
      `has the weight ${layer.weights[at] ?? 0} at index ${at} (output channel ${Math.floor(at / filter)})`,
      'round with --round-weights',
    );
  }
  if (!round || (at < 0 && kind !== 'pvq'))
    return { network: withLayer(network, layer, inFormat(layer, kind, layer.weights)), rounded };
  return roundLayer({ network, rounded }, layer, options, kind);
};

const refusal = (layer: ConvLayer, kind: PeKind, what: string, advice: string): AccelError =>
  new AccelError(
    'ACC006',
    `layer ${layer.name} ${what}, which ${kind} PEs do not represent; ${advice}, or choose another kind`,
  );

type WeightKind = Exclude<PeKind, 'int' | 'table'>;

const fits = (kind: WeightKind, weight: number): boolean => {
  if (kind === 'pvq') return true;
  return kind === 'ternary' ? isTernary(weight) : isPowerOfTwo(weight);
};

const withLayer = (network: IntegerNetwork, old: ConvLayer, layer: ConvLayer): IntegerNetwork => ({
  ...network,
  layers: network.layers.map((each) => (each === old ? layer : each)),
});

/** Bits that hold every weight, two's complement, and both signs of the greatest. */
const inFormat = (layer: ConvLayer, weightFormat: WeightKind, weights: Int16Array): ConvLayer => {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1);
  return { ...layer, weightFormat, weights, weightBits: Math.floor(Math.log2(greatest)) + 2 };
};

const asInt = (layer: ConvLayer): ConvLayer => ({
  ...layer,
  weightFormat: 'int',
  weightBits: Math.max(2, layer.weightBits),
});

const tabled = (network: IntegerNetwork, layer: ConvLayer): ConvLayer => {
  if (layer.product !== 'exact') return layer;
  const { bits, signed, zeroPoint, name } = tensorOf(network, layer.input, `layer ${layer.name}`);
  const plain = asInt(layer);
  if (zeroPoint !== 0)
    throw refusal(
      layer,
      'table',
      `reads ${name} with zero point ${zeroPoint}`,
      'export activations without zero points',
    );
  if (bits + plain.weightBits > greatestTableBits)
    throw refusal(
      layer,
      'table',
      `multiplies ${bits} by ${plain.weightBits} bits`,
      `use at most ${greatestTableBits} bits together`,
    );
  const operands = { aWidth: bits, aSigned: signed, bWidth: plain.weightBits, bSigned: true };
  return { ...plain, product: { table: exactTable(operands), hash: `exact ${bits}x${plain.weightBits}` } };
};

/** Filters are rounded one by one, each with a scale of its own; raw logits must keep one scale for all. */
const roundLayer = (
  { network, rounded }: ForcedNetwork,
  layer: ConvLayer,
  { pulsesPerWeight }: ForceOptions,
  kind: WeightKind,
): ForcedNetwork => {
  const channels = layer.bias.length;
  const groups = layer.requantize === undefined ? 1 : channels;
  const size = layer.weights.length / groups;
  const nearest = Array.from({ length: groups }, (_, group) =>
    approximate(kind, Array.from(layer.weights.subarray(group * size, (group + 1) * size)), pulsesPerWeight),
  );
  const [{ scale } = { scale: 1 }] = nearest;
  const changes = nearest.flatMap((group, index) =>
    group.values.map((value, at) => Math.abs(group.scale * value - (layer.weights[index * size + at] ?? 0))),
  );
  const weights = Int16Array.from(nearest.flatMap(({ values }) => values));
  const reformed = inFormat(layer, kind, weights);
  const changed: ConvLayer =
    layer.requantize === undefined
      ? { ...reformed, bias: layer.bias.map((bias) => Math.round(bias / scale)) }
      : {
          ...reformed,
          bias: layer.bias.map(() => 0),
          requantize: rescaledRequantize(
            layer.requantize,
            layer.bias,
            nearest.map((group) => group.scale),
          ),
        };
  const next = withLayer(network, layer, changed);
  const tensors =
    layer.requantize === undefined
      ? { ...next.tensors, [layer.output]: rescaledLogits(next, changed, scale) }
      : next.tensors;
  return { network: { ...next, tensors }, rounded: [...rounded, summary(layer, changes)] };
};

const approximate = (
  kind: WeightKind,
  weights: readonly number[],
  pulsesPerWeight: number,
): Approximation => {
  if (kind === 'pvq')
    return nearestPyramidPoint(weights, Math.max(1, Math.round(pulsesPerWeight * weights.length)));
  if (weights.every((weight) => fits(kind, weight))) return { values: weights, scale: 1 };
  return kind === 'ternary' ? nearestTernary(weights) : nearestPowersOfTwo(weights);
};

const summary = (layer: ConvLayer, changes: readonly number[]): LayerRounding => ({
  layer: layer.name,
  weights: changes.length,
  changed: changes.filter((change) => change > 1e-9).length,
  largestChange: changes.reduce((a, b) => Math.max(a, b), 0),
  meanChange: changes.reduce((a, b) => a + b, 0) / changes.length,
});
