/** Quantization-aware training of the demo's network on freshly drawn digits. */
import { createRandom } from '../../src/num/index.js';
import type { DigitSet } from '../draw-digits.js';
import { drawDigits, pixelCount } from '../draw-digits.js';
import { greatestActivationCode } from './block.js';
import type { Network, NetworkTrace } from './network.js';
import { backward, createNetwork, forward, networkParameters, score } from './network.js';
import { adamStep } from './parameters.js';

export interface Recipe {
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  /** Of the first step; falls linearly to 0. */
  readonly learningRate: number;
  /** Batches over which the statistics of the batch normalizations are measured at the end. */
  readonly statisticsBatches: number;
}

/** Trains from scratch, every batch of new pictures; calls `report` now and then. */
export function trainNetwork(
  recipe: Recipe,
  report: (step: number, loss: number, accuracy: number) => void,
): Network {
  const { seed, steps, batch, learningRate } = recipe;
  const network = createNetwork(createRandom(seed));
  const parameters = networkParameters(network);
  const reportEvery = 200;
  let loss = 0;
  let correct = 0;
  for (let step = 1; step <= steps; step++) {
    const pictures = drawDigits(seed + step, batch);
    const trace = forward(network, pictures.pixels, batch, 'batch');
    const result = score(trace.logits, pictures.labels);
    backward(network, trace, result.logitGradient, batch);
    adamStep(parameters, learningRate * (1 - (step - 1) / steps), step);
    followActivationRange(network, trace, step / steps);
    loss += result.loss / reportEvery;
    correct += result.correct;
    if (step % reportEvery === 0) {
      report(step, loss, correct / (batch * reportEvery));
      loss = 0;
      correct = 0;
    }
  }
  measureStatistics(network, recipe);
  return network;
}

/** Steps of the activation quantizers follow the greatest activations, and stand still for the last fifth of the training. */
function followActivationRange(network: Network, trace: NetworkTrace, progress: number): void {
  if (progress > 0.8) return;
  network.blocks.forEach((block, i) => {
    const preActivation = trace.blocks[i]?.trace.preActivation;
    if (preActivation) follow(block.activationScale, preActivation);
  });
  follow(network.poolScale, trace.pooled);
}

function follow(scale: Float32Array, values: Float32Array): void {
  let greatest = 1e-6;
  for (const value of values) greatest = Math.max(greatest, value);
  const wanted = greatest / greatestActivationCode;
  const old = scale[0] ?? 0;
  scale[0] = old === 0 ? wanted : 0.98 * old + 0.02 * wanted;
}

/** Replaces the running statistics by means over new batches, now that the weights stand still. */
function measureStatistics(network: Network, { seed, steps, batch, statisticsBatches }: Recipe): void {
  const totals = network.blocks.map(({ spec }) => ({
    mean: new Float64Array(spec.outChannels),
    variance: new Float64Array(spec.outChannels),
  }));
  for (let i = 1; i <= statisticsBatches; i++) {
    const trace = forward(network, drawDigits(seed + steps + i, batch).pixels, batch, 'batch');
    totals.forEach((total, b) => {
      const statistics = trace.blocks[b]?.statistics;
      if (!statistics) return;
      total.mean.forEach((sum, c) => (total.mean[c] = sum + (statistics.mean[c] ?? 0)));
      total.variance.forEach((sum, c) => (total.variance[c] = sum + (statistics.variance[c] ?? 0)));
    });
  }
  network.blocks.forEach((block, b) => {
    totals[b]?.mean.forEach((sum, c) => (block.runningMean[c] = sum / statisticsBatches));
    totals[b]?.variance.forEach((sum, c) => (block.runningVariance[c] = sum / statisticsBatches));
  });
}

/** Share of pictures classified rightly, 0 .. 1, with running statistics, as the exported file computes. */
export function accuracy(network: Network, { count, pixels, labels }: DigitSet): number {
  const batch = 100;
  let correct = 0;
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    const part = pixels.subarray(start * pixelCount, (start + size) * pixelCount);
    const { logits } = forward(network, part, size, 'running');
    correct += score(logits, labels.subarray(start, start + size)).correct;
  }
  return correct / count;
}
