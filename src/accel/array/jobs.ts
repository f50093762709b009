/** One job per layer: how the sequencer walks it and which unit computes it. */

import type { IntegerLayer, IntegerNetwork } from '../../nn/index.js';
import { AccelError } from '../errors.js';
import { engineNameOf } from './engines/choose.js';
import type { CodedWeights, Engine } from './engines/engine.js';
import { channelGroup, type Geometry } from './geometry.js';
import { layerInputs, tensorOf } from './tensors.js';

/**
 * - `dense`: rows x columns PEs of the layer's engine, a group of `rows` input channels per cycle.
 * - `channels`: integer lanes, each a dot product over a group of input channels.
 * - `taps`: integer lanes, each a dot product over neighbouring pixels of one input channel (few input channels).
 * - `depthwise`: integer lanes, each its own channel, a dot product over neighbouring pixels; also average pooling.
 * - `max`: the same walk, keeping the greatest value.
 * - `add`: two tensors, rescaled and added in the requantizer.
 */
export type JobMode = 'dense' | 'channels' | 'taps' | 'depthwise' | 'max' | 'add';

export interface Job {
  readonly layer: IntegerLayer;
  readonly mode: JobMode;
  /** The engine that multiplies; undefined for max pooling. */
  readonly engine: string | undefined;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padTop: number;
  readonly padLeft: number;
  /** Output pixels. */
  readonly rows: number;
  readonly columns: number;
  /** Tiles of output channels per pixel; an addition takes two results per tile. */
  readonly tiles: number;
  /** Column groups of taps per kernel row, and columns per group. */
  readonly tapGroups: number;
  readonly tapStep: number;
  /** Channel groups read per tap (1 in the depthwise walks), and how many of them one word holds. */
  readonly inner: number;
  readonly groupsPerWord: number;
  /** Passes over the window per result, each of one plane of the weights' digits. */
  readonly planes: number;
  /** Issues per result. */
  readonly issues: number;
  /** Idle ticks after each result, where the requantizers or the output need more time than the issues take. */
  readonly idle: number;
  readonly isOutput: boolean;
  /** Multiply-accumulates of the layer as the user counts them. */
  readonly macs: number;
}

/** The part of the configuration that shapes the walks. */
export interface WalkConfig {
  readonly geometry: Geometry;
  readonly engines: readonly Engine[];
  readonly taps: number;
  /** Products per lane: of the widest engine there. */
  readonly products: number;
  /** Cycles to requantize one result of all columns. */
  readonly steps: number;
  /** Cycles between issues (2 with single-port activation memory). */
  readonly interval: number;
}

/** `coded`: each layer's coded weights; undefined for layers without. */
export const planJobs = (
  network: IntegerNetwork,
  coded: readonly (CodedWeights | undefined)[],
  config: WalkConfig,
): readonly Job[] =>
  network.layers.map((layer, index) => planJob(network, layer, coded[index]?.planes.length ?? 1, config));

const planJob = (network: IntegerNetwork, layer: IntegerLayer, planes: number, config: WalkConfig): Job => {
  const input = tensorOf(network, layerInputs(layer)[0] ?? '');
  const output = tensorOf(network, layer.output);
  const [rows, columns, outChannels] = output.shape;
  const window =
    layer.kind === 'add'
      ? unitWindow
      : {
          kernel: layer.kernel,
          stride: layer.stride,
          padTop: layer.padding.top,
          padLeft: layer.padding.left,
        };
  const engine = engineNameOf(network, layer);
  const operands = config.engines.find(({ name }) => name === engine)?.operands ?? 'lanes';
  const walk = walkOf(layer, operands, input.shape[2], window.kernel, config);
  const isOutput = layer.output === network.output;
  if (isOutput && (layer.kind === 'add' || layer.kind === 'maxPool') && output.bits > 16) {
    throw new AccelError(
      'ACC002',
      `output ${output.name} has ${output.bits} bits after ${layer.kind} ${layer.name}; at most 16 are possible there`,
    );
  }
  const issues = planes * window.kernel[0] * walk.tapGroups * walk.inner;
  const needed = isOutput ? Math.max(config.steps, config.geometry.columns) : config.steps;
  return {
    layer,
    engine,
    ...window,
    ...walk,
    planes,
    rows,
    columns,
    tiles: Math.ceil(outChannels / config.geometry.columns),
    issues,
    idle: Math.max(0, Math.ceil((needed - issues * config.interval) / config.interval)),
    isOutput,
    macs: macsOf(layer, input.shape[2], rows * columns, outChannels),
  };
};

const unitWindow = { kernel: [1, 1], stride: [1, 1], padTop: 0, padLeft: 0 } as const;

type Walk = Pick<Job, 'mode' | 'tapGroups' | 'tapStep' | 'inner' | 'groupsPerWord'>;

const walkOf = (
  layer: IntegerLayer,
  operands: Engine['operands'],
  inChannels: number,
  kernel: readonly [number, number],
  config: WalkConfig,
): Walk => {
  const { geometry, taps } = config;
  const perChannel = {
    tapGroups: Math.ceil(kernel[1] / taps),
    tapStep: taps,
    inner: 1,
    groupsPerWord: geometry.lanes / geometry.columns,
  };
  if (layer.kind === 'add') return { mode: 'add', ...perChannel };
  if (layer.kind === 'maxPool') return { mode: 'max', ...perChannel };
  if (layer.kind === 'avgPool') return { mode: 'depthwise', ...perChannel };
  if (layer.depthwise) return { mode: 'depthwise', ...perChannel };
  const byGroups = (mode: JobMode, group: number): Walk => ({
    mode,
    tapGroups: kernel[1],
    tapStep: 1,
    inner: Math.ceil(inChannels / group),
    groupsPerWord: geometry.lanes / group,
  });
  if (operands === 'dense') return byGroups('dense', geometry.rows);
  const byChannels = byGroups('channels', channelGroup(geometry.lanes, config.products));
  const byTaps: Walk = {
    mode: 'taps',
    tapGroups: Math.ceil(kernel[1] / taps),
    tapStep: taps,
    inner: inChannels,
    groupsPerWord: geometry.lanes,
  };
  return byTaps.tapGroups * byTaps.inner < byChannels.tapGroups * byChannels.inner ? byTaps : byChannels;
};

const macsOf = (layer: IntegerLayer, inChannels: number, pixels: number, outChannels: number): number => {
  if (layer.kind !== 'conv') return 0;
  const taps = layer.kernel[0] * layer.kernel[1];
  return pixels * outChannels * taps * (layer.depthwise ? 1 : inChannels);
};

export const engineOf = ({ engine }: Job, { engines }: WalkConfig): Engine | undefined =>
  engines.find(({ name }) => name === engine);

/** Products of one column, result and plane; those without a weight included. */
export const positionsPerResult = (job: Job, config: WalkConfig): number =>
  (job.issues / job.planes) * (engineOf(job, config)?.products ?? 0);

/** Results per output pixel. */
export const resultsPerPixel = (job: Job): number => (job.mode === 'add' ? 2 * job.tiles : job.tiles);
/** Ticks from one result to the next. */
export const ticksPerResult = (job: Job): number => job.issues + job.idle;
/** Ticks of the whole layer. */
export const layerTicks = (job: Job): number =>
  job.rows * job.columns * resultsPerPixel(job) * ticksPerResult(job);
