/** What is computed over many pictures: gradients of a batch, evaluation, outputs, statistics. */
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { Network } from './network.js';
import { checkDataset, labelsOf, picturesOf, randomOf, shuffled } from './pictures.js';
import type { ShardJob, ShardResult } from './shard.js';
import type { Evaluation, Gradients } from './types.js';

/** Jobs that are prepared before their results are awaited: bounds the memory of large data sets. */
const JOBS_AT_ONCE = 16;

/** Cuts a list into at most `parts` neighbouring parts of nearly equal length. */
export function cut<T>(list: readonly T[], parts: number): readonly (readonly T[])[] {
  const edges = Array.from({ length: parts + 1 }, (_, part) => Math.floor((list.length * part) / parts));
  return edges.slice(1).flatMap((end, part) => {
    const piece = list.slice(edges[part], end);
    return piece.length > 0 ? [piece] : [];
  });
}

const chunks = <T>(list: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

export const allOf = ({ count }: Dataset): readonly number[] =>
  Array.from({ length: count }, (_, index) => index);

/** @throws QuantError QT100 */
export function checkData(network: Network, data: Dataset, pictures: readonly number[] = []): void {
  if (!network.checked.has(data)) checkDataset(data, network.source.inputShape, network.classes);
  network.checked.add(data);
  const wrong = pictures.find(
    (picture) => !(Number.isInteger(picture) && picture >= 0 && picture < data.count),
  );
  if (wrong !== undefined)
    throw new QuantError(
      'QT100',
      `picture ${wrong} is asked for, data set "${data.name}" has ${data.count}. Count from 0.`,
    );
}

/** Runs pictures through the network part by part, handing every result on in order. */
async function overParts(
  network: Network,
  data: Dataset,
  parts: readonly (readonly number[])[],
  wanted: Omit<ShardJob, 'pictures' | 'labels'>,
  visit: (result: ShardResult, count: number) => void,
): Promise<void> {
  for (const group of chunks(parts, JOBS_AT_ONCE)) {
    const jobs = group.map((part) => ({
      ...wanted,
      pictures: picturesOf(data, part),
      labels: labelsOf(data, part),
    }));
    const results = await network.run(jobs);
    results.forEach((result, index) => visit(result, group[index]?.length ?? 0));
  }
}

/** Adds lists of numbers in the order in which they come. */
function summing(length: number): {
  readonly sum: Float32Array;
  readonly add: (values: Float32Array) => void;
} {
  const sum = new Float32Array(length);
  return {
    sum,
    add: (values) => {
      for (let i = 0; i < length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
    },
  };
}

/** Puts the lists of all parts behind each other. */
function joining(): {
  readonly add: (values: Readonly<Record<string, Float32Array>>) => void;
  readonly all: () => Readonly<Record<string, Float32Array>>;
} {
  const lists = new Map<string, Float32Array[]>();
  return {
    add: (values) => {
      for (const [name, list] of Object.entries(values)) lists.set(name, [...(lists.get(name) ?? []), list]);
    },
    all: () => Object.fromEntries([...lists].map(([name, parts]) => [name, joined(parts)])),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Sum of the shards' losses and gradients, in the order of the shards. */
export function sumOfShards(
  results: readonly ShardResult[],
  length: number,
): { loss: number; gradients: Float32Array } {
  const { sum, add } = summing(length);
  results.forEach(({ gradients }) => add(gradients));
  return { loss: results.reduce((total, { loss }) => total + loss, 0), gradients: sum };
}

/** One forward and backward pass over `parts` that are normalized by themselves when `training`. */
export async function gradientsOf(
  network: Network,
  data: Dataset,
  parts: readonly (readonly number[])[],
  taps: readonly string[],
  training: boolean,
): Promise<Gradients> {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const { sum, add } = summing(network.layout.parameterCount);
  const tapped = joining();
  let loss = 0;
  await overParts(network, data, parts, { training, gradientScale: 1 / count, taps }, (result) => {
    loss += result.loss;
    add(result.gradients);
    tapped.add(result.taps);
  });
  return { loss: loss / count, values: sum, taps: tapped.all() };
}

export async function evaluationOf(network: Network, data: Dataset, size: number): Promise<Evaluation> {
  let loss = 0;
  let correct = 0;
  await overParts(network, data, chunks(allOf(data), size), { training: false }, (result) => {
    loss += result.loss;
    correct += result.correct;
  });
  return { loss: loss / data.count, accuracy: correct / data.count };
}

export async function logitsOf(
  network: Network,
  data: Dataset,
  pictures: readonly number[],
  size: number,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  await overParts(network, data, chunks(pictures, size), { training: false, logits: true }, ({ logits }) =>
    parts.push(logits),
  );
  return joined(parts);
}

export async function outputsOf(
  network: Network,
  data: Dataset,
  pictures: readonly number[],
  outputs: readonly string[],
  size: number,
): Promise<Readonly<Record<string, Float32Array>>> {
  const all = joining();
  await overParts(network, data, chunks(pictures, size), { training: false, outputs }, (result) =>
    all.add(result.outputs),
  );
  return all.all();
}

/**
 * Writes the statistics of every batch normalization anew: the mean over the batches of the batches' means and of their
 * second moments, so that early and late batches count alike. A last, smaller batch is left out unless it is the only one.
 */
export async function reestimateStatistics(
  network: Network,
  data: Dataset,
  { batches, size, seed }: { readonly batches: number; readonly size: number; readonly seed: number },
): Promise<void> {
  const { statistics, statisticCount } = network.layout;
  if (statisticCount === 0) return;
  const whole = Math.max(1, Math.min(batches, Math.floor(data.count / size)));
  const order = shuffled(data.count, randomOf(seed, 1)).slice(0, whole * size);
  const sums = new Float64Array(statisticCount);
  const parts = chunks(order, size);
  await overParts(network, data, parts, { training: true }, (result) => {
    for (const { offset, channels } of statistics) {
      for (let c = offset; c < offset + channels; c++) {
        const mean = result.statistics[c] ?? 0;
        sums[c] = (sums[c] ?? 0) + mean;
        sums[c + channels] = (sums[c + channels] ?? 0) + (result.statistics[c + channels] ?? 0) + mean * mean;
      }
    }
  });
  for (const { offset, channels } of statistics) {
    for (let c = offset; c < offset + channels; c++) {
      const mean = (sums[c] ?? 0) / parts.length;
      network.statistics[c] = mean;
      network.statistics[c + channels] = Math.max(0, (sums[c + channels] ?? 0) / parts.length - mean * mean);
    }
  }
  network.refresh();
}
