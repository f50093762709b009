/** A small network in which every part counts: padding, every kind of PE, requantization, logits that show everything. */

import type { ConvLayer, IntegerNetwork, IntegerTensor, Product } from '../../../src/nn/index.js';
import { verifyNetwork } from '../../../src/nn/index.js';
import { createRandom, type Random } from '../../../src/num/index.js';

const tensor = (name: string, shape: IntegerTensor['shape'], bits: number): IntegerTensor => ({
  name,
  shape,
  bits,
  signed: true,
  scale: 1,
  zeroPoint: 0,
});

const weightOf = {
  int: (random: Random) => random.integer(-7, 7),
  ternary: (random: Random) => random.integer(-1, 1),
  powerOfTwo: (random: Random) => (random.chance(0.5) ? 1 : -1) * 2 ** random.integer(0, 2),
  pvq: (random: Random) => random.integer(-3, 3),
} as const;

const layer = (
  random: Random,
  name: string,
  [input, output]: readonly [IntegerTensor, IntegerTensor],
  changes: Partial<ConvLayer>,
): ConvLayer => {
  const channels = output.shape[2];
  const { kernel = [1, 1], depthwise = false, weightFormat = 'int' } = changes;
  const count = channels * kernel[0] * kernel[1] * (depthwise ? 1 : input.shape[2]);
  return {
    kind: 'conv',
    name,
    input: input.name,
    output: output.name,
    kernel,
    stride: [1, 1],
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
    depthwise,
    weights: Int16Array.from({ length: count }, () => weightOf[weightFormat](random)),
    weightBits: 4,
    weightFormat,
    product: 'exact',
    bias: Array.from({ length: channels }, () => 0),
    ...changes,
  };
};

/** With a requantizer to 8 bits. */
const closed = (...parameters: Parameters<typeof layer>): ConvLayer => {
  const [, , [, output]] = parameters;
  const each = (value: number): readonly number[] => Array.from({ length: output.shape[2] }, () => value);
  const scale = { multiplier: each(5), addend: each(3), shift: each(5), rounding: 'halfUp' } as const;
  return { ...layer(...parameters), requantize: { ...scale, zeroPoint: 0, lo: -128, hi: 127 } };
};

const same = { kernel: [3, 3], padding: { top: 1, left: 1, bottom: 1, right: 1 } } as const;

const verified = (
  name: string,
  tensors: readonly IntegerTensor[],
  layers: readonly ConvLayer[],
): IntegerNetwork => {
  const [input, output] = [tensors[0], tensors.at(-1)];
  if (input === undefined || output === undefined) throw new Error('a network has tensors');
  const half = 2 ** (input.bits - 1);
  const network: IntegerNetwork = {
    name,
    input: input.name,
    output: output.name,
    inputTransform: { gain: 1, offset: 0, lo: -half, hi: half - 1 },
    tensors: Object.fromEntries(tensors.map((each) => [each.name, each])),
    layers,
  };
  verifyNetwork(network);
  return network;
};

/** 6x6x2 -> padded 3x3 integer -> padded 3x3 depthwise -> ternary pointwise -> ternary fully connected logits. */
export const faultNetwork = (): IntegerNetwork => {
  const random = createRandom(77);
  const tensors = [
    tensor('x', [6, 6, 2], 6),
    tensor('a', [6, 6, 4], 8),
    tensor('b', [6, 6, 4], 8),
    tensor('c', [6, 6, 6], 8),
    tensor('logits', [1, 1, 3], 20),
  ] as const;
  const [x, a, b, c, logits] = tensors;
  return verified('faulty', tensors, [
    closed(random, 'dense', [x, a], same),
    closed(random, 'depthwise', [a, b], { ...same, depthwise: true }),
    closed(random, 'pointwise', [b, c], { weightFormat: 'ternary' }),
    layer(random, 'logits', [c, logits], { kernel: [6, 6], weightFormat: 'ternary' }),
  ]);
};

/** 4x4x4 -> depthwise table -> pointwise: powers of two, PVQ, table -> ternary fully connected logits. */
export const familyFaultNetwork = (): IntegerNetwork => {
  const random = createRandom(78);
  const tensors = [
    tensor('x', [4, 4, 4], 4),
    tensor('a', [4, 4, 4], 8),
    tensor('b', [4, 4, 4], 8),
    tensor('c', [4, 4, 4], 8),
    tensor('d', [4, 4, 4], 8),
    tensor('logits', [1, 1, 3], 20),
  ] as const;
  const [x, a, b, c, d, logits] = tensors;
  return verified('faulty_families', tensors, [
    closed(random, 'looked_up_depthwise', [x, a], { ...same, depthwise: true, product: nearly(random, 4) }),
    closed(random, 'shifted', [a, b], { weightFormat: 'powerOfTwo' }),
    closed(random, 'pyramid', [b, c], { weightFormat: 'pvq' }),
    closed(random, 'looked_up', [c, d], { product: nearly(random, 8) }),
    layer(random, 'logits', [d, logits], { kernel: [4, 4], weightFormat: 'ternary' }),
  ]);
};

/** Products of signed activations and 4-bit weights, some of them wrong by one. */
const nearly = (random: Random, actBits: number): Product => {
  const value = (code: number, bits: number): number => (code < 2 ** (bits - 1) ? code : code - 2 ** bits);
  const table = Array.from(
    { length: 2 ** (actBits + 4) },
    (_, at) => value(at >> 4, actBits) * value(at & 15, 4) + random.integer(0, 1),
  );
  return { table, hash: 'nearly exact' };
};
