/** A small network with its pictures in a folder, for tests of `nomul search`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '../../demo/idx.js';
import { createTrainer, modelBuilder, writeFloat } from '../../src/quant/index.js';
import { templateData } from '../../src/quant/qat/testing/templates.js';
import { searchOptionsSchema, type SearchOptions } from '../../src/sweep/index.js';

const smallSets = { train: templateData('train', 768, 1), t10k: templateData('test', 256, 3) };

export const writeSets = (folder: string): void => {
  for (const [name, { count, shape, pictures, labels }] of Object.entries(smallSets)) {
    const bytes = encodeIdx([count, shape[0], shape[1]], Uint8Array.from(pictures));
    writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), bytes);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), encodeIdx([count], labels));
  }
};

/** Trained; its name is a word of Verilog, which a file may be called. */
export const writeSmallModel = async (folder: string): Promise<string> => {
  const builder = modelBuilder('small', [8, 8, 1]).conv(4, { stride: 2 }).batchNorm().relu();
  builder.depthwise().batchNorm().relu().pointwise(8).batchNorm().relu();
  const trainer = await createTrainer(builder.globalAvgPool().fullyConnected(6).build());
  await trainer.train(smallSets.train, {
    ...{ epochs: 10, batch: 32, seed: 1, schedule: { kind: 'cosine', rate: 0.1 } },
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 },
  });
  const model = join(folder, 'small.onnx');
  writeFileSync(model, writeFloat(trainer.model()));
  await trainer.close();
  return model;
};

export const smallOptions = (folder: string, more: Readonly<Record<string, unknown>> = {}): SearchOptions =>
  searchOptionsSchema.parse({
    ...{ model: join(folder, 'small.onnx'), data: folder, validation: 200, out: join(folder, 'found') },
    ...{ target: 'hx8k', arrays: [{ rows: 2, columns: 2 }] },
    formats: { intBits: [4], powerOfTwoBits: [], pvqRatios: [], factors: [] },
    ...{ epochs: 2, trialEpochs: 1, maxLoss: 20, compare: [], verify: 5, verilator: 2, placeSeeds: 1 },
    ...more,
  });
