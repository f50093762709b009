/** Another network of equal shape: the same layers and bits, other weights, scales and zero points. */

import type {
  ConvLayer,
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  Requantize,
} from '../../../src/nn/index.js';
import { storageRange, verifyNetwork } from '../../../src/nn/index.js';
import { createRandom, type Random } from '../../../src/num/index.js';

/** Raw logits with room for other weights than the network's own. */
export const roomy = (network: IntegerNetwork): IntegerNetwork => {
  const raw = network.layers.find((layer) => layer.kind === 'conv' && layer.requantize === undefined);
  const output = network.tensors[network.output];
  if (raw === undefined || output === undefined) return network;
  return {
    ...network,
    tensors: { ...network.tensors, [network.output]: { ...output, bits: output.bits + 4 } },
  };
};

/** Re-draws everything that a run-time image may change. @throws NnError where the drawn values leave the tensors' ranges. */
export const twinOf = (network: IntegerNetwork, seed: number): IntegerNetwork => {
  const random = createRandom(seed);
  const zeroPoints = drawZeroPoints(network, random);
  const zeroPointOf = (name: string): number => zeroPoints.get(name) ?? 0;
  const tensors = Object.fromEntries(
    Object.entries(network.tensors).map(([name, tensor]) => [
      name,
      { ...tensor, zeroPoint: zeroPointOf(name) },
    ]),
  );
  const layers = network.layers.map((layer) => redrawn(layer, tensors[layer.output], random));
  const twin = { ...network, name: `${network.name}_twin_${seed}`, tensors, layers };
  verifyNetwork(twin);
  return twin;
};

/** Max pooling keeps its input's type, raw logits keep 0; product tables need what they had, which is 0. */
const drawZeroPoints = ({ tensors, layers }: IntegerNetwork, random: Random): ReadonlyMap<string, number> => {
  if (layers.some((layer) => layer.kind === 'conv' && layer.product !== 'exact'))
    return new Map(Object.entries(tensors).map(([name, { zeroPoint }]) => [name, zeroPoint]));
  const drawn = new Map<string, number>();
  const draw = (tensor: IntegerTensor): number => {
    const { lo, hi } = storageRange(tensor);
    return random.integer(lo, hi);
  };
  for (const [name, tensor] of Object.entries(tensors)) drawn.set(name, draw(tensor));
  for (const layer of layers) {
    if (layer.kind === 'maxPool') drawn.set(layer.output, drawn.get(layer.input) ?? 0);
    if (layer.kind === 'conv' && layer.requantize === undefined) drawn.set(layer.output, 0);
  }
  return drawn;
};

const redrawn = (layer: IntegerLayer, output: IntegerTensor | undefined, random: Random): IntegerLayer => {
  if (output === undefined || layer.kind === 'maxPool') return layer;
  if (layer.kind === 'add') {
    const { multiplierA, multiplierB } = layer;
    return { ...layer, multiplierA: multiplierB, multiplierB: multiplierA, ...bounds(output, random) };
  }
  const changed =
    layer.requantize === undefined ? {} : { requantize: redrawnRequantize(layer.requantize, output, random) };
  if (layer.kind === 'avgPool') return { ...layer, ...changed };
  return { ...layer, ...changed, weights: redrawnWeights(layer, random) };
};

const redrawnWeights = ({ weights, weightBits, weightFormat }: ConvLayer, random: Random): Int16Array => {
  const { lo, hi } =
    weightFormat === 'ternary' ? { lo: -1, hi: 1 } : storageRange({ bits: weightBits, signed: true });
  if (weightFormat !== 'powerOfTwo') return weights.map(() => random.integer(lo, hi));
  return weights.map(() => random.integer(-1, 1) * 2 ** random.integer(0, weightBits - 2));
};

/** The same sizes in another order, so that results still spread over the output's range. */
const redrawnRequantize = (requantize: Requantize, output: IntegerTensor, random: Random): Requantize => {
  const by = random.integer(0, requantize.multiplier.length - 1);
  const turned = (values: readonly number[]): readonly number[] => [
    ...values.slice(by),
    ...values.slice(0, by),
  ];
  const nudged = turned(requantize.addend).map((addend) => addend + random.integer(-9, 9));
  return {
    ...requantize,
    multiplier: turned(requantize.multiplier),
    addend: nudged,
    shift: turned(requantize.shift),
    ...bounds(output, random),
  };
};

const bounds = (output: IntegerTensor, random: Random): Pick<Requantize, 'zeroPoint' | 'lo' | 'hi'> => {
  const { lo, hi } = storageRange(output);
  const low = random.chance(0.5) ? lo : random.integer(lo, hi - 1);
  return { zeroPoint: output.zeroPoint, lo: low, hi };
};
