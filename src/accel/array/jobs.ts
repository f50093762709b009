/** One job per layer: how the sequencer walks it and which unit computes it. */

import type { ConvLayer, IntegerLayer, IntegerNetwork } from '../../nn/index.js';
import { AccelError } from '../errors.js';
import { channelGroup, type Geometry } from './geometry.js';
import { layerInputs, tensorOf } from './tensors.js';

/**
 * - `ternary`: rows x columns of add/subtract/skip PEs, a group of `rows` input channels per cycle.
 * - `channels`: integer lanes, each a dot product over a group of input channels.
 * - `taps`: integer lanes, each a dot product over neighbouring pixels of one input channel (few input channels).
 * - `depthwise`: integer lanes, each its own channel, a dot product over neighbouring pixels; also average pooling.
 * - `max`: the same walk, keeping the greatest value.
 * - `add`: two tensors, rescaled and added in the requantizer.
 */
export type JobMode = 'ternary' | 'channels' | 'taps' | 'depthwise' | 'max' | 'add';

export interface Job {
  readonly layer: IntegerLayer;
  readonly mode: JobMode;
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
  readonly taps: number;
  /** Products per integer lane. */
  readonly products: number;
  /** Cycles to requantize one result of all columns. */
  readonly steps: number;
  /** Cycles between issues (2 with single-port activation memory). */
  readonly interval: number;
}

export const isTernaryDense = (layer: IntegerLayer): boolean =>
  layer.kind === 'conv' && !layer.depthwise && layer.weightFormat === 'ternary';

export const planJobs = (network: IntegerNetwork, config: WalkConfig): readonly Job[] =>
  network.layers.map((layer) => planJob(network, layer, config));

const planJob = (network: IntegerNetwork, layer: IntegerLayer, config: WalkConfig): Job => {
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
  const walk = walkOf(layer, input.shape[2], window.kernel, config);
  const isOutput = layer.output === network.output;
  if (isOutput && (layer.kind === 'add' || layer.kind === 'maxPool') && output.bits > 16) {
    throw new AccelError(
      'ACC002',
      `output ${output.name} has ${output.bits} bits after ${layer.kind} ${layer.name}; at most 16 are possible there`,
    );
  }
  const issues = window.kernel[0] * walk.tapGroups * walk.inner;
  const needed = isOutput ? Math.max(config.steps, config.geometry.columns) : config.steps;
  return {
    layer,
    ...window,
    ...walk,
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
  checkConv(layer);
  if (layer.depthwise) return { mode: 'depthwise', ...perChannel };
  const dense = (mode: JobMode, group: number): Walk => ({
    mode,
    tapGroups: kernel[1],
    tapStep: 1,
    inner: Math.ceil(inChannels / group),
    groupsPerWord: geometry.lanes / group,
  });
  if (layer.weightFormat === 'ternary') return dense('ternary', geometry.rows);
  const byChannels = dense('channels', channelGroup(geometry.lanes, config.products));
  const byTaps: Walk = {
    mode: 'taps',
    tapGroups: Math.ceil(kernel[1] / taps),
    tapStep: taps,
    inner: inChannels,
    groupsPerWord: geometry.lanes,
  };
  return byTaps.tapGroups * byTaps.inner < byChannels.tapGroups * byChannels.inner ? byTaps : byChannels;
};

const checkConv = (layer: ConvLayer): void => {
  if (layer.product !== 'exact') {
    throw new AccelError(
      'ACC001',
      `layer ${layer.name} uses an approximate product table, which the array cannot multiply yet; use product: exact`,
    );
  }
  if (layer.weightFormat !== 'int' && layer.weightFormat !== 'ternary') {
    throw new AccelError(
      'ACC001',
      `layer ${layer.name} has ${layer.weightFormat} weights, which the array has no PE for yet; use int or ternary`,
    );
  }
};

const macsOf = (layer: IntegerLayer, inChannels: number, pixels: number, outChannels: number): number => {
  if (layer.kind !== 'conv') return 0;
  const taps = layer.kernel[0] * layer.kernel[1];
  return pixels * outChannels * taps * (layer.depthwise ? 1 : inChannels);
};

/** Results per output pixel. */
export const resultsPerPixel = (job: Job): number => (job.mode === 'add' ? 2 * job.tiles : job.tiles);
/** Ticks from one result to the next. */
export const ticksPerResult = (job: Job): number => job.issues + job.idle;
/** Ticks of the whole layer. */
export const layerTicks = (job: Job): number =>
  job.rows * job.columns * resultsPerPixel(job) * ticksPerResult(job);
