/** One job: the float network trained (once per network and seed), then `nomul quantize` as its users call it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantize, quantizeOptionsSchema, type FlowHooks } from '../../src/flow/index.js';
import { fileName, floatNetwork, type Place } from './float.js';
import type { Row } from './results.js';
import type { Job, Workload } from './workloads.js';

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
