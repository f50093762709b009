import { availableParallelism } from 'node:os';
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { FloatModel } from '../model/index.js';
import {
  checkData,
  cut,
  evaluationOf,
  gradientsOf,
  logitsOf,
  outputsOf,
  reestimateStatistics,
} from './batches.js';
import { openNetwork, workOf } from './network.js';
import { trainNetwork } from './training.js';
import type { Trainer } from './types.js';

export interface TrainerOptions {
  /** Threads that compute shards and parts of evaluations. Default: as many as shards and cores, one for tiny networks. */
  readonly threads?: number;
  /** Parts of the batch of `gradients` in training mode. Default 2. */
  readonly shards?: number;
  /** Pictures at a time in evaluation and re-estimation. Default 64. */
  readonly evaluationBatch?: number;
}

/** Multiplications per picture below which a worker thread costs more than it saves. */
const TINY = 50_000;
const DEFAULT_BATCHES = 50;

/**
 * Puts a network onto the engine. `close` ends its threads.
 * @throws QuantError QT001 to QT004 when the model is wrong, QT102 an option that is no whole number from 1
 */
export async function createTrainer(model: FloatModel, options: TrainerOptions = {}): Promise<Trainer> {
  const { shards = 2, evaluationBatch = 64 } = options;
  checkCounts({ shards, evaluationBatch, threads: options.threads ?? 1 });
  const parallel = workOf(model) < TINY ? 1 : Math.min(shards, availableParallelism());
  const network = await openNetwork(model, options.threads ?? parallel);
  const size = evaluationBatch;
  const checked = (data: Dataset, pictures: readonly number[] = []): void => {
    checkData(network, data, pictures);
    network.refresh();
  };
  const trainer: Trainer = {
    parameters: network.layout.parameters,
    values: network.values,
    weights: network.weights,
    setQuantizers: network.setQuantizers,
    setFrozen: network.setFrozen,
    gradients: async (data, pictures, taps = [], mode = 'train') => {
      network.checkNodes(taps, 'taps');
      checked(data, pictures);
      if (pictures.length === 0)
        throw new QuantError(
          'QT100',
          `gradients on no pictures of data set "${data.name}". Name at least one.`,
        );
      const training = mode === 'train';
      const parts = training ? shards : Math.ceil(pictures.length / size);
      return gradientsOf(network, data, cut(pictures, parts), taps, training);
    },
    train: (data, recipe, trainOptions = {}) =>
      trainNetwork({ network, trainer, size, batches: DEFAULT_BATCHES }, data, recipe, trainOptions),
    reestimate: async (data, batches = DEFAULT_BATCHES, seed = 0) => {
      checked(data);
      await reestimateStatistics(network, data, { batches, size, seed });
    },
    evaluate: async (data) => {
      checked(data);
      return evaluationOf(network, data, size);
    },
    logits: async (data, pictures) => {
      checked(data, pictures);
      return logitsOf(network, data, pictures, size);
    },
    outputs: async (data, pictures, nodes) => {
      network.checkNodes(nodes, 'outputs');
      checked(data, pictures);
      return outputsOf(network, data, pictures, nodes, size);
    },
    model: (which = 'latent') => network.model(which),
    close: network.close,
  };
  return trainer;
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1)
      throw new QuantError('QT102', `the trainer is asked for ${name} ${count}. Give a whole number from 1.`);
  }
}
