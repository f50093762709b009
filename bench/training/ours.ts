import type { Dataset } from '../../src/nn/index.js';
import { createTrainer, type FloatModel } from '../../src/quant/index.js';
import { BATCH, STEPS, WARM } from './workload.js';

export interface Measured {
  /** Process CPU and wall milliseconds of one step. */
  readonly cpu: number;
  readonly wall: number;
  /** Of the first 64 pictures with the initial weights. */
  readonly firstLoss: number;
}

/** One epoch of WARM + STEPS steps; the clock runs between the end of step WARM and that of the last. */
export async function measureOurs(
  model: FloatModel,
  data: Dataset,
  { shards, threads }: { readonly shards: number; readonly threads: number },
): Promise<Measured> {
  const trainer = await createTrainer(model, { threads, shards });
  const first = Array.from({ length: BATCH }, (_, picture) => picture);
  const { loss } = await trainer.gradients(data, first);
  let start = { usage: process.cpuUsage(), time: performance.now() };
  let end = { user: 0, system: 0 };
  let wall = 0;
  await trainer.train(
    data,
    {
      epochs: 1,
      batch: BATCH,
      shards,
      optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 3e-4 },
      schedule: { kind: 'constant', rate: 0.01 },
      seed: 1,
    },
    {
      progress: ({ step, accuracy }) => {
        if (step === WARM) start = { usage: process.cpuUsage(), time: performance.now() };
        if (step !== WARM + STEPS || accuracy !== undefined || wall > 0) return;
        end = process.cpuUsage(start.usage);
        wall = performance.now() - start.time;
      },
    },
  );
  await trainer.close();
  return { cpu: (end.user + end.system) / 1000 / STEPS, wall: wall / STEPS, firstLoss: loss };
}
