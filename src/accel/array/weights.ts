/** Contents of the two weight memories, in the order in which the sequencer reads them. */

import type { ConvLayer, IntegerNetwork } from '../../nn/index.js';
import { channelGroup } from './geometry.js';
import type { Job, WalkConfig } from './jobs.js';
import { layerInputs, tensorOf } from './tensors.js';

export interface WeightMemory {
  /** `fields[column * rows + row][address]`, or `[lane * products + product][address]`. */
  readonly fields: readonly (readonly number[])[];
  readonly depth: number;
}

export interface PackedWeights {
  /** Codes 0 = 0, 1 = +1, 3 = -1. */
  readonly ternary: WeightMemory;
  readonly int: WeightMemory;
  /** First address of each job's weights, in the memory that its mode reads. */
  readonly bases: readonly number[];
  /** Bits of one integer weight. */
  readonly intWidth: number;
}

/** One word: value of each field. */
type Word = readonly number[];

/** Weight words that average pooling, max pooling and additions share between their tiles. */
export const sharesWeights = (job: Job): boolean => job.layer.kind !== 'conv';

export const packWeights = (
  network: IntegerNetwork,
  jobs: readonly Job[],
  config: WalkConfig,
): PackedWeights => {
  const ternaryWords: Word[] = [];
  const intWords: Word[] = [];
  const bases = jobs.map((job) => {
    const memory = job.mode === 'ternary' ? ternaryWords : intWords;
    const base = memory.length;
    for (const word of jobWords(network, job, config)) memory.push(word);
    return base;
  });
  const { rows, columns } = config.geometry;
  const convs = jobs
    .filter((job) => job.mode !== 'ternary')
    .map(({ layer }) => (layer.kind === 'conv' ? layer.weightBits : 2));
  return {
    ternary: transpose(ternaryWords, rows * columns),
    int: transpose(intWords, columns * config.products),
    bases,
    intWidth: Math.max(2, ...convs),
  };
};

const transpose = (words: readonly Word[], fieldCount: number): WeightMemory => ({
  depth: words.length,
  fields: Array.from({ length: fieldCount }, (_, field) => words.map((word) => word[field] ?? 0)),
});

const jobWords = (network: IntegerNetwork, job: Job, config: WalkConfig): readonly Word[] => {
  const inChannels = tensorOf(network, layerInputs(job.layer)[0] ?? '').shape[2];
  const outChannels = tensorOf(network, job.layer.output).shape[2];
  const weight = weightReader(
    job.layer.kind === 'conv' ? job.layer : undefined,
    job.kernel,
    inChannels,
    outChannels,
  );
  const words: Word[] = [];
  const tiles = sharesWeights(job) ? 1 : job.tiles;
  for (let tile = 0; tile < tiles; tile++) {
    for (let ky = 0; ky < job.kernel[0]; ky++) {
      for (let tapGroup = 0; tapGroup < job.tapGroups; tapGroup++) {
        for (let inner = 0; inner < job.inner; inner++)
          words.push(wordAt(job, config, weight, { tile, ky, tapGroup, inner }));
      }
    }
  }
  return words;
};

type WeightReader = (outChannel: number, ky: number, kx: number, inChannel: number) => number;

const weightReader = (
  layer: ConvLayer | undefined,
  [kernelHeight, kernelWidth]: readonly [number, number],
  inChannels: number,
  outChannels: number,
): WeightReader => {
  if (layer === undefined) return (_outChannel, _ky, kx) => (kx < kernelWidth ? 1 : 0);
  const depth = layer.depthwise ? 1 : inChannels;
  return (outChannel, ky, kx, inChannel) =>
    outChannel < outChannels && kx < kernelWidth && (layer.depthwise || inChannel < inChannels)
      ? (layer.weights[
          ((outChannel * kernelHeight + ky) * kernelWidth + kx) * depth + (layer.depthwise ? 0 : inChannel)
        ] ?? 0)
      : 0;
};

interface Place {
  readonly tile: number;
  readonly ky: number;
  readonly tapGroup: number;
  readonly inner: number;
}

const ternaryCode = (weight: number): number => (weight < 0 ? 3 : weight);

const wordAt = (
  job: Job,
  { geometry, products }: WalkConfig,
  weight: WeightReader,
  { tile, ky, tapGroup, inner }: Place,
): Word => {
  const { rows, columns, lanes } = geometry;
  const word: number[] = [];
  for (let column = 0; column < columns; column++) {
    const channel = tile * columns + column;
    if (job.mode === 'ternary') {
      for (let row = 0; row < rows; row++)
        word.push(ternaryCode(weight(channel, ky, tapGroup, inner * rows + row)));
    } else if (job.mode === 'channels') {
      const group = channelGroup(lanes, products);
      for (let product = 0; product < products; product++)
        word.push(product < group ? weight(channel, ky, tapGroup, inner * group + product) : 0);
    } else {
      for (let product = 0; product < products; product++) {
        word.push(product < job.tapStep ? weight(channel, ky, tapGroup * job.tapStep + product, inner) : 0);
      }
    }
  }
  return word;
};
