/** Contents of the weight memories, in the order in which the sequencer reads them. */

import type { ConvLayer, IntegerNetwork } from '../../nn/index.js';
import type { CodedWeights, Engine } from './engines/engine.js';
import { channelGroup } from './geometry.js';
import type { Job, WalkConfig } from './jobs.js';
import { layerInputs, tensorOf } from './tensors.js';

/** One word feeds the engine for a cycle. */
export interface WeightMemory {
  /** A dense engine's name, or `lanes`. */
  readonly name: string;
  readonly products: number;
  readonly codeWidth: number;
  /** `fields[column * products + product][address]`. */
  readonly fields: readonly (readonly number[])[];
  readonly depth: number;
}

export interface PackedWeights {
  readonly memories: readonly WeightMemory[];
  /** First address of each job's weights, in the memory that its engine reads. */
  readonly bases: readonly number[];
}

/** Name of the memory that all lanes share. */
export const laneMemory = 'lanes';

/** Dense engines have a memory each. */
export const memoryNameOf = ({ operands, name }: Engine): string =>
  operands === 'dense' ? name : laneMemory;

/** One word: value of each field. */
type Word = readonly number[];

/** Weight words that average pooling, max pooling and additions share between their tiles. */
export const sharesWeights = (job: Job): boolean => job.layer.kind !== 'conv';

/** Names and widths of the memories: one per dense engine, one for all lanes where some layer uses them. */
export const memoriesOf = (
  jobs: readonly Job[],
  { engines, geometry, products }: WalkConfig,
): readonly Omit<WeightMemory, 'fields' | 'depth'>[] => {
  const dense = engines.filter(({ operands }) => operands === 'dense');
  const lanes = engines.filter(({ operands }) => operands === 'lanes');
  const codeWidth = Math.max(1, ...lanes.map((engine) => engine.codeWidth));
  return [
    ...dense.map(({ name, codeWidth: width }) => ({ name, products: geometry.rows, codeWidth: width })),
    ...(jobs.some(({ mode }) => mode !== 'dense') ? [{ name: laneMemory, products, codeWidth }] : []),
  ];
};

/** `coded`: each job's coded weights; undefined for layers without weights. */
export const packWeights = (
  network: IntegerNetwork,
  jobs: readonly Job[],
  coded: readonly (CodedWeights | undefined)[],
  config: WalkConfig,
): PackedWeights => {
  const words = new Map<string, Word[]>();
  const bases = jobs.map((job, index) => {
    const name = job.mode === 'dense' ? (job.engine ?? '') : laneMemory;
    const memory = words.get(name) ?? [];
    words.set(name, memory);
    const base = memory.length;
    for (const word of jobWords(network, job, coded[index], config)) memory.push(word);
    return base;
  });
  const memories = memoriesOf(jobs, config).map((memory): WeightMemory => {
    const stored = words.get(memory.name) ?? [];
    return { ...memory, ...transpose(stored, config.geometry.columns * memory.products) };
  });
  return { memories, bases };
};

const transpose = (words: readonly Word[], fieldCount: number): Pick<WeightMemory, 'fields' | 'depth'> => ({
  depth: words.length,
  fields: Array.from({ length: fieldCount }, (_, field) => words.map((word) => word[field] ?? 0)),
});

const jobWords = (
  network: IntegerNetwork,
  job: Job,
  coded: CodedWeights | undefined,
  config: WalkConfig,
): readonly Word[] => {
  const inChannels = tensorOf(network, layerInputs(job.layer)[0] ?? '').shape[2];
  const outChannels = tensorOf(network, job.layer.output).shape[2];
  const words: Word[] = [];
  const tiles = sharesWeights(job) ? 1 : job.tiles;
  for (let tile = 0; tile < tiles; tile++) {
    for (let plane = 0; plane < job.planes; plane++) {
      const code = codeReader(job, coded?.planes[plane], inChannels, outChannels);
      for (let ky = 0; ky < job.kernel[0]; ky++) {
        for (let tapGroup = 0; tapGroup < job.tapGroups; tapGroup++) {
          for (let inner = 0; inner < job.inner; inner++)
            words.push(wordAt(job, config, code, { tile, ky, tapGroup, inner }));
        }
      }
    }
  }
  return words;
};

type CodeReader = (outChannel: number, ky: number, kx: number, inChannel: number) => number;

/** Layers without weights count every tap of the window once. */
const codeReader = (
  { layer, kernel: [kernelHeight, kernelWidth] }: Job,
  codes: readonly number[] | undefined,
  inChannels: number,
  outChannels: number,
): CodeReader => {
  if (layer.kind !== 'conv') return (_outChannel, _ky, kx) => (kx < kernelWidth ? 1 : 0);
  const depth = filterDepth(layer, inChannels);
  return (outChannel, ky, kx, inChannel) =>
    outChannel < outChannels && kx < kernelWidth && (layer.depthwise || inChannel < inChannels)
      ? (codes?.[
          ((outChannel * kernelHeight + ky) * kernelWidth + kx) * depth + (layer.depthwise ? 0 : inChannel)
        ] ?? 0)
      : 0;
};

const filterDepth = ({ depthwise }: ConvLayer, inChannels: number): number => (depthwise ? 1 : inChannels);

interface Place {
  readonly tile: number;
  readonly ky: number;
  readonly tapGroup: number;
  readonly inner: number;
}

const wordAt = (
  job: Job,
  { geometry, products }: WalkConfig,
  code: CodeReader,
  { tile, ky, tapGroup, inner }: Place,
): Word => {
  const { rows, columns, lanes } = geometry;
  const byChannel = (count: number, group: number, channel: number): readonly number[] =>
    Array.from({ length: count }, (_, product) =>
      product < group ? code(channel, ky, tapGroup, inner * group + product) : 0,
    );
  return Array.from({ length: columns }, (_, column) => {
    const channel = tile * columns + column;
    if (job.mode === 'dense') return byChannel(rows, rows, channel);
    if (job.mode === 'channels') return byChannel(products, channelGroup(lanes, products), channel);
    return Array.from({ length: products }, (__, product) =>
      product < job.tapStep ? code(channel, ky, tapGroup * job.tapStep + product, inner) : 0,
    );
  }).flat();
};
