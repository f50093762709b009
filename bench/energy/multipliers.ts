/** Energy of the smallest exact unsigned multipliers on uniform operands and on the operands of a real layer. */
import { prepareReference } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';
import { costOfMapping, randomOperands, smallestExact, type Library } from '../../src/synth/index.js';
import type { Operands } from './operands.js';

export interface MultiplierRow {
  readonly bits: number;
  readonly areaUm2: number;
  /** fJ per operation, inputs and leakage included. */
  readonly uniformFj: number;
  readonly realFj: number;
}

const OPERATIONS = 4096;

/** Real operands: activations and magnitudes of int8 weights in the array's order of channels, cut to their highest bits. */
export const measureMultiplier = async (
  bits: number,
  library: Library,
  { network, samples }: Operands,
): Promise<MultiplierRow> => {
  const mapping = await smallestExact({ aWidth: bits, bWidth: bits }, { library });
  const uniform = costOfMapping(mapping, {
    library,
    stimulus: randomOperands({ a: 2 ** bits, b: 2 ** bits }, OPERATIONS),
  });
  const [layer] = network.layers;
  if (layer?.kind !== 'conv') throw new RangeError('one convolution');
  const { inputLength } = prepareReference(network);
  const channels = layer.weights.length / layer.bias.length;
  const random = createRandom(7);
  const [a, b] = [new Int32Array(OPERATIONS), new Int32Array(OPERATIONS)];
  for (let from = 0; from < OPERATIONS; from += channels) {
    const pixel = random.integer(0, (samples.count * inputLength) / channels - 1);
    const filter = random.integer(0, layer.bias.length - 1);
    for (let i = 0; i < channels && from + i < OPERATIONS; i++) {
      a[from + i] = (samples.values[pixel * channels + i] ?? 0) >> (8 - bits);
      b[from + i] = Math.abs(layer.weights[filter * channels + i] ?? 0) >> (8 - bits);
    }
  }
  const real = costOfMapping(mapping, { library, stimulus: { a, b } });
  return { bits, areaUm2: mapping.area, uniformFj: uniform.energy.total, realFj: real.energy.total };
};
