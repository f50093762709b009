/** The float networks that the methods start from, trained by our engine, once per network and seed. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataset, splitDataset } from '../../src/nn/index.js';
import { createTrainer, writeFloat } from '../../src/quant/index.js';
import type { Network, Workload } from './workloads.js';

export interface Place {
  /** ../shared/data/datasets */
  readonly data: string;
  /** Trained networks, configurations and results. */
  readonly cache: string;
}

export interface Hooks {
  readonly progress?: (stage: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Path of the trained float network, ONNX. */
export const floatNetwork = async (
  workload: Workload,
  { name, make, recipe }: Network,
  seed: number,
  { data, cache }: Place,
  { progress, signal }: Hooks,
): Promise<string> => {
  const path = join(cache, `${fileName([workload.name, name, 'float', String(seed)])}.onnx`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const { train, validation } = splitDataset(
    loadDataset(data, workload.prefix).train,
    workload.validation,
    seed,
  );
  const trainer = await createTrainer(make(train, seed));
  try {
    await trainer.train(
      train,
      { ...recipe, seed },
      {
        phase: `float ${name}, seed ${seed}`,
        validation,
        checkpoint: `${path}.checkpoint`,
        progress: ({ phase, epoch, epochs, loss, accuracy }) => {
          if (accuracy === undefined) return;
          const figures = `loss ${loss.toFixed(3)}, ${(100 * accuracy).toFixed(2)} %`;
          progress?.(`${phase}: ${figures}`, epoch + 1, epochs);
        },
        ...(signal === undefined ? {} : { signal }),
      },
    );
    signal?.throwIfAborted();
    await trainer.reestimate(train);
    writeFileSync(`${path}.part`, writeFloat(trainer.model()));
    renameSync(`${path}.part`, path);
  } finally {
    await trainer.close();
  }
  return path;
};

export const fileName = (parts: readonly string[]): string =>
  parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-');
