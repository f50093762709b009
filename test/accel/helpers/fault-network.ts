/** A small network in which every part counts: padding, both kinds of PE, requantization, logits that show everything. */

import type { ConvLayer, IntegerNetwork, IntegerTensor } from '../../../src/nn/index.js';
import { verifyNetwork } from '../../../src/nn/index.js';
import { createRandom } from '../../../src/num/index.js';

const tensor = (name: string, shape: IntegerTensor['shape'], bits: number): IntegerTensor => ({
  name,
  shape,
  bits,
  signed: true,
  scale: 1,
  zeroPoint: 0,
});

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
  const layer = (
    name: string,
    input: IntegerTensor,
    output: IntegerTensor,
    changes: Partial<ConvLayer>,
  ): ConvLayer => {
    const channels = output.shape[2];
    const { kernel = [1, 1], depthwise = false, weightFormat = 'int' } = changes;
    const count = channels * kernel[0] * kernel[1] * (depthwise ? 1 : input.shape[2]);
    const weight = (): number => (weightFormat === 'ternary' ? random.integer(-1, 1) : random.integer(-7, 7));
    const each = (value: number): readonly number[] => Array.from({ length: channels }, () => value);
    return {
      kind: 'conv',
      name,
      input: input.name,
      output: output.name,
      kernel,
      stride: [1, 1],
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
      depthwise,
      weights: Int16Array.from({ length: count }, weight),
      weightBits: 4,
      weightFormat,
      product: 'exact',
      bias: each(0),
      ...changes,
    };
  };
  const closed = (
    name: string,
    input: IntegerTensor,
    output: IntegerTensor,
    changes: Partial<ConvLayer>,
  ): ConvLayer => {
    const each = (value: number): readonly number[] => Array.from({ length: output.shape[2] }, () => value);
    const scale = { multiplier: each(5), addend: each(3), shift: each(5), rounding: 'halfUp' } as const;
    return {
      ...layer(name, input, output, changes),
      requantize: { ...scale, zeroPoint: 0, lo: -128, hi: 127 },
    };
  };
  const same = { kernel: [3, 3], padding: { top: 1, left: 1, bottom: 1, right: 1 } } as const;
  const network: IntegerNetwork = {
    name: 'faulty',
    input: x.name,
    output: logits.name,
    inputTransform: { gain: 1, offset: 0, lo: -32, hi: 31 },
    tensors: Object.fromEntries(tensors.map((each) => [each.name, each])),
    layers: [
      closed('dense', x, a, same),
      closed('depthwise', a, b, { ...same, depthwise: true }),
      closed('pointwise', b, c, { weightFormat: 'ternary' }),
      layer('logits', c, logits, { kernel: [6, 6], weightFormat: 'ternary' }),
    ],
  };
  verifyNetwork(network);
  return network;
};
