import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { QuantError } from '../errors.js';
import type { MethodContext } from '../method.js';
import { modelBuilder, withWeights, type FloatModel } from '../model/index.js';
import { accuracyOf, expectConsistent, floatAccuracy } from '../qat/testing/consistent.js';
import { templateData } from '../qat/testing/templates.js';
import { createTrainer } from '../train/index.js';
import { factorize } from './method.js';

const layerSchema = z.object({
  layer: z.string(),
  rank: z.number(),
  errors: z.object({ float: z.number().optional(), quantizedFloat: z.number().optional(), admm: z.number() }),
  stop: z.string(),
});
const detailsSchema = z.object({
  layers: z.array(layerSchema),
  costs: z.object({
    weights: z.object({ before: z.number(), after: z.number() }),
    bops: z.number(),
    percentOfFloat: z.number(),
  }),
});

/** 3 x 3 convolutions in a residual block, for the data of `templateData`. */
function residualNet(): FloatModel {
  const builder = modelBuilder('residual', [8, 8, 1]).conv(12, { stride: 2 }).batchNorm().relu();
  const input = builder.last;
  builder.conv(16, { stride: 2 }).batchNorm().relu().conv(16).batchNorm();
  const body = builder.last;
  const shortcut = builder.pointwise(16, { input, stride: 2, bias: true }).last;
  return builder.add(shortcut, { input: body }).relu().globalAvgPool().fullyConnected(6).build();
}

const quick = {
  ...{ outerIterations: 5, innerIterations: 8, scalePoints: 100 },
  ...{ alsIterations: 20, epcIterations: 10 },
} as const;

let context: MethodContext;
let float: number;
beforeAll(async () => {
  const data = { train: templateData('train', 768, 1), validation: templateData('validation', 512, 2) };
  const trainer = await createTrainer(residualNet());
  await trainer.train(data.train, {
    epochs: 12,
    batch: 32,
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 },
    schedule: { kind: 'cosine', rate: 0.1 },
    seed: 1,
  });
  const input = { bits: 8, signed: false, scale: data.train.scale };
  context = { model: trainer.model(), input, data, epochs: 0, seed: 1 };
  await trainer.close();
  float = await floatAccuracy(context);
});

const errorOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof QuantError) return error.code;
    throw error;
  }
  return 'none';
};

describe('factorize', () => {
  it('keeps a residual network’s accuracy at 8 bits and rate 1.2, without training', async () => {
    const result = await factorize({ ...quick, bits: 8, rate: 1.2 })(context);
    expectConsistent(result);
    const { layers, costs } = detailsSchema.parse(result.details);
    expect(layers.map(({ layer }) => layer)).toEqual(['conv2', 'conv3']);
    expect(costs.weights.after).toBeLessThan(costs.weights.before);
    for (const { errors } of layers) expect(errors.admm).toBeLessThan(errors.quantizedFloat ?? 0);
    expect(await accuracyOf(result.quantized, context)).toBeGreaterThan(float - 0.05);
  });

  it('gains by fine-tuning at 2 bits, on the grids that ADMM chose', async () => {
    const method = factorize({ ...quick, bits: 2, rate: 2, training: { rate: 0.01 } });
    const [plain, tuned] = [await method(context), await method({ ...context, epochs: 3 })];
    expectConsistent(tuned);
    expect(tuned.quantized.weights['conv2/in']?.scales).toEqual(plain.quantized.weights['conv2/in']?.scales);
    expect(Math.max(...(tuned.quantized.weights['conv2/in']?.codes ?? []))).toBeLessThan(2);
    const [before, after] = [
      await accuracyOf(plain.quantized, context),
      await accuracyOf(tuned.quantized, context),
    ];
    expect(after).toBeGreaterThan(before + 0.02);
  });

  it('meets a budget of bit operations and says what it cannot', async () => {
    const least = { outerIterations: 1, innerIterations: 1, alsIterations: 2, epcIterations: 1 };
    const { costs } = detailsSchema.parse((await factorize({ ...least, rate: 2 })(context)).details);
    const budget = Math.floor(0.9 * costs.bops);
    const within = detailsSchema.parse((await factorize({ ...least, bopBudget: budget })(context)).details);
    expect(within.costs.bops).toBeLessThanOrEqual(budget);
    expect(await errorOf(() => factorize({ bopBudget: 1000 })(context))).toBe('QT303');
  });

  it('says of every layer how far it came when the iterations are too few', async () => {
    const result = await factorize({ ...quick, outerIterations: 1, init: 'random' })(context);
    const { layers } = detailsSchema.parse(result.details);
    expect(layers.map(({ stop }) => stop)).toEqual(['limit', 'limit']);
    expect(layers.every(({ errors }) => errors.float === undefined && errors.admm > 0)).toBe(true);
  });

  it('refuses impossible configurations and stops when asked', async () => {
    expect(await errorOf(() => factorize({ bits: 1 }))).toBe('QT201');
    expect(await errorOf(() => factorize({ rate: 0 }))).toBe('QT201');
    expect(await errorOf(() => factorize({ bopBudget: 1e9, layerRates: { conv2: 2 } }))).toBe('QT304');
    expect(await errorOf(() => factorize({ layerRates: { conv9: 2 } })(context))).toBe('QT603');
    expect(await errorOf(() => factorize({ rate: 0.2 })(context))).toBe('QT301');
    const builder = modelBuilder('bare', [8, 8, 1]).conv(4).relu().conv(4).relu().globalAvgPool();
    const bare = builder.fullyConnected(6).build();
    expect(await errorOf(() => factorize()({ ...context, model: bare }))).toBe('QT305');
    const broken = withWeights(context.model, { conv2: new Float32Array(9 * 12 * 16).fill(NaN) });
    expect(await errorOf(() => factorize()({ ...context, model: broken }))).toBe('QT004');
    expect(await errorOf(() => factorize()({ ...context, signal: AbortSignal.abort() }))).toBe('QT207');
  });
});
