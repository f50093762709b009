/** One block of the network: convolution, batch normalization, ReLU, 8-bit activation quantizer. Forward and backward. */
import type { Random } from '../../src/num/index.js';
import type { ConvShape } from './convolution.js';
import { convolve, convolveBackward, weightCount } from './convolution.js';
import type { Parameter } from './parameters.js';
import { collect, createParameter } from './parameters.js';
import type { WeightQuantizer } from './quantizers.js';
import { quantizeWeights } from './quantizers.js';

export interface BlockSpec extends ConvShape {
  readonly name: string;
  readonly quantizer: WeightQuantizer;
}

export interface Block {
  readonly spec: BlockSpec;
  readonly weights: Parameter;
  /** Batch normalization: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, one entry per channel. */
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
  /** One entry: the step of the activation quantizer; codes are 0 .. 255. 0: activations are not quantized. */
  readonly activationScale: Float32Array;
}

/** What the backward pass needs to know about a forward pass. */
export interface BlockTrace {
  readonly input: Float32Array;
  readonly weights: Float32Array;
  readonly normalized: Float32Array;
  readonly inverseDeviation: Float32Array;
  readonly preActivation: Float32Array;
  readonly output: Float32Array;
}

export const epsilon = 1e-5;
export const greatestActivationCode = 255;

export function createBlock(spec: BlockSpec, random: Random): Block {
  const fanIn = weightCount(spec) / spec.outChannels;
  const deviation = Math.sqrt(2 / fanIn);
  const weights = Float32Array.from(
    { length: weightCount(spec) },
    () => random.between(-1.7, 1.7) * deviation,
  );
  const filled = (value: number): Float32Array => new Float32Array(spec.outChannels).fill(value);
  return {
    spec,
    weights: createParameter(weights),
    gamma: createParameter(filled(1)),
    beta: createParameter(filled(0)),
    runningMean: filled(0),
    runningVariance: filled(1),
    activationScale: new Float32Array(1),
  };
}

export function blockParameters({ weights, gamma, beta }: Block): readonly Parameter[] {
  return [weights, gamma, beta];
}

/** Mean and (biased) variance of every channel over batch and positions. */
export interface Statistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Runs the block; normalizes with the batch's own statistics (training) or with the running ones. */
export function forwardBlock(
  block: Block,
  input: Float32Array,
  batch: number,
  statistics: 'batch' | 'running',
): { trace: BlockTrace; statistics: Statistics } {
  const { spec, gamma, beta } = block;
  const weights = quantizeWeights(block.weights.values, spec.outChannels, spec.quantizer).values;
  const sums = convolve(spec, input, weights, batch);
  const used =
    statistics === 'batch'
      ? channelStatistics(sums, spec.outChannels)
      : { mean: block.runningMean, variance: block.runningVariance };
  const inverseDeviation = used.variance.map((variance) => 1 / Math.sqrt(variance + epsilon));

  const normalized = new Float32Array(sums.length);
  const preActivation = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const c = i % spec.outChannels;
    const value = ((sums[i] ?? 0) - (used.mean[c] ?? 0)) * (inverseDeviation[c] ?? 0);
    normalized[i] = value;
    preActivation[i] = (gamma.values[c] ?? 0) * value + (beta.values[c] ?? 0);
  }
  const output = preActivation.map((value) => quantizeActivation(value, block.activationScale[0] ?? 0));
  return { trace: { input, weights, normalized, inverseDeviation, preActivation, output }, statistics: used };
}

/** ReLU, then rounding to a multiple of `scale` and clamping to 255 * scale; a scale of 0 is ReLU alone. */
export function quantizeActivation(value: number, scale: number): number {
  if (value <= 0) return 0;
  return scale === 0 ? value : scale * Math.min(greatestActivationCode, Math.round(value / scale));
}

/**
 * Collects the gradients of the block's parameters and returns the gradient with respect to its input. Quantizers pass
 * gradients straight through, except where they clamp. Only for a forward pass with batch statistics.
 */
export function backwardBlock(
  block: Block,
  trace: BlockTrace,
  outputGradient: Float32Array,
  batch: number,
): Float32Array {
  const { spec, gamma } = block;
  const channels = spec.outChannels;
  const scale = block.activationScale[0] ?? 0;
  const greatest = scale === 0 ? Infinity : scale * (greatestActivationCode + 0.5);
  const count = outputGradient.length / channels;

  const gammaGradient = new Float32Array(channels);
  const betaGradient = new Float32Array(channels);
  const gradient = new Float32Array(outputGradient.length);
  for (let i = 0; i < gradient.length; i++) {
    const value = trace.preActivation[i] ?? 0;
    if (value <= 0 || value >= greatest) continue;
    const c = i % channels;
    const g = outputGradient[i] ?? 0;
    gradient[i] = g;
    betaGradient[c] = (betaGradient[c] ?? 0) + g;
    gammaGradient[c] = (gammaGradient[c] ?? 0) + g * (trace.normalized[i] ?? 0);
  }
  // Through the normalization: mean and variance depend on every element of the channel.
  for (let i = 0; i < gradient.length; i++) {
    const c = i % channels;
    const centred =
      (gradient[i] ?? 0) -
      ((betaGradient[c] ?? 0) + (trace.normalized[i] ?? 0) * (gammaGradient[c] ?? 0)) / count;
    gradient[i] = (gamma.values[c] ?? 0) * (trace.inverseDeviation[c] ?? 0) * centred;
  }
  const through = convolveBackward(spec, trace.input, trace.weights, gradient, batch);
  collect(block.weights, through.weights);
  collect(block.gamma, gammaGradient);
  collect(block.beta, betaGradient);
  return through.input;
}

function channelStatistics(values: Float32Array, channels: number): Statistics {
  const count = values.length / channels;
  const sum = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) {
    const c = i % channels;
    const value = values[i] ?? 0;
    sum[c] = (sum[c] ?? 0) + value;
    squares[c] = (squares[c] ?? 0) + value * value;
  }
  const mean = Float32Array.from(sum, (total) => total / count);
  const variance = Float32Array.from(squares, (total, c) =>
    Math.max(0, total / count - ((sum[c] ?? 0) / count) ** 2),
  );
  return { mean, variance };
}
