/** One job: the float network trained (once per network and seed), then `nomul quantize` as its users call it. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantize, quantizeOptionsSchema, type FlowHooks } from '../../src/flow/index.js';
import { loadDataset, splitDataset } from '../../src/nn/index.js';
import { createTrainer, writeFloat } from '../../src/quant/index.js';
import type { Row } from './results.js';
import type { Job, Network, Workload } from './workloads.js';

export interface Place {
  /** ../shared/data/datasets */
  readonly data: string;
  /** Trained networks, configurations and results. */
  readonly cache: string;
}

export const runJob = async (
  workload: Workload,
  job: Job,
  seed: number,
  place: Place,
  hooks: FlowHooks = {},
): Promise<Row> => {
  const model = await floatNetwork(workload, job.network, seed, place, hooks);
  const stem = outputOf(workload, job, seed, place);
  const config = `${stem}.config.json`;
  writeFileSync(config, JSON.stringify(job.config));
  const started = process.cpuUsage();
  const { report } = await quantize(
    quantizeOptionsSchema.parse({
      ...{ model, config, seed, method: job.method, epochs: job.epochs, validation: workload.validation },
      data: workload.prefix === undefined ? place.data : `${place.data}:${workload.prefix}`,
      out: stem,
    }),
    hooks,
  );
  const { user, system } = process.cpuUsage(started);
  const { accuracy, totals, float16, details } = report;
  const { macs, multiplications, bops, weights, packedBits, energyPj } = totals;
  return {
    ...{ workload: workload.name, network: job.network.name, job: job.name, method: job.method, seed },
    epochs: job.epochs,
    ...accuracy,
    ...(job.bar === undefined ? {} : { bar: job.bar.lostPoints }),
    ...{ macs, multiplications, bops, weights, packedBits, energyPj },
    storageRatio: float16.storageBits / packedBits,
    energyRatio: float16.energyPj / energyPj,
    cpuSeconds: (user + system) / 1e6,
    details,
  };
};

/** The folder of a job's result. */
export const outputOf = (workload: Workload, job: Job, seed: number, { cache }: Place): string =>
  join(cache, fileName([workload.name, job.network.name, job.name, String(seed)]));

/** Path of the trained float network, ONNX. */
const floatNetwork = async (
  workload: Workload,
  { name, make, recipe }: Network,
  seed: number,
  { data, cache }: Place,
  { progress, signal }: FlowHooks,
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

const fileName = (parts: readonly string[]): string =>
  parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-');
