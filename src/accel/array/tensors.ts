/** Where tensors live: words of `lanes` channels, pixels of a row dealt to `taps` banks, regions without overlap. */

import type { IntegerLayer, IntegerNetwork, IntegerTensor } from '../../nn/index.js';
import { AccelError } from '../errors.js';

/** A tensor in the activation memory. Pixel (y, x), word w is at bank x % taps, address base + y*rowStride + (x / taps)*wordsPerPixel + w. */
export interface TensorLayout {
  readonly tensor: IntegerTensor;
  readonly base: number;
  readonly wordsPerPixel: number;
  readonly rowStride: number;
  /** Words per bank. */
  readonly words: number;
}

export interface MemoryLayout {
  readonly tensors: ReadonlyMap<string, TensorLayout>;
  /** Words per bank over all regions. */
  readonly depth: number;
  /** Bits of one stored activation. */
  readonly activationBits: number;
}

export const layerInputs = (layer: IntegerLayer): readonly string[] =>
  layer.kind === 'add' ? layer.inputs : [layer.input];

export const tensorOf = (network: IntegerNetwork, name: string): IntegerTensor => {
  const tensor = network.tensors[name];
  if (tensor === undefined) throw new RangeError(`network ${network.name} has no tensor ${name}`);
  return tensor;
};

/** Index of the last layer that reads a tensor; -1 when none does. */
export const lastUse = (network: IntegerNetwork, name: string): number =>
  network.layers.reduce((last, layer, index) => (layerInputs(layer).includes(name) ? index : last), -1);

/**
 * First-fit allocation. The input keeps its region for itself, so that the next picture may arrive while this one is
 * computed; every other tensor frees its region after the last layer that reads it. The network's output is streamed out
 * and takes no space. @throws AccelError ACC002 when an intermediate activation is wider than 16 bits.
 */
export const layOutTensors = (network: IntegerNetwork, lanes: number, taps: number): MemoryLayout => {
  const tensors = new Map<string, TensorLayout>();
  const measure = (name: string): Omit<TensorLayout, 'base'> => {
    const tensor = tensorOf(network, name);
    const [height, width, channels] = tensor.shape;
    const wordsPerPixel = Math.ceil(channels / lanes);
    const rowStride = Math.ceil(width / taps) * wordsPerPixel;
    return { tensor, wordsPerPixel, rowStride, words: height * rowStride };
  };
  const input = measure(network.input);
  tensors.set(network.input, { ...input, base: 0 });
  let depth = input.words;
  network.layers.forEach((layer, index) => {
    if (layer.output === network.output) return;
    const size = measure(layer.output);
    const live = [...tensors.entries()]
      .filter(([name]) => name === network.input || lastUse(network, name) >= index)
      .map(([, region]) => region);
    const base = firstFit(live, size.words);
    tensors.set(layer.output, { ...size, base });
    depth = Math.max(depth, base + size.words);
  });
  const stored = [...tensors.values()].map(({ tensor }) => tensor);
  const activationBits = Math.max(...stored.map(({ bits }) => bits));
  if (activationBits > 16) {
    const wide = stored.find(({ bits }) => bits === activationBits);
    throw new AccelError(
      'ACC002',
      `activation ${wide?.name ?? ''} has ${activationBits} bits; the array stores at most 16: quantize it`,
    );
  }
  return { tensors, depth, activationBits };
};

const firstFit = (live: readonly TensorLayout[], words: number): number => {
  const sorted = [...live].sort((a, b) => a.base - b.base);
  let base = 0;
  for (const region of sorted) {
    if (base + words <= region.base) return base;
    base = Math.max(base, region.base + region.words);
  }
  return base;
};
