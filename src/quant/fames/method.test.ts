import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { importOnnx } from '../../nn/index.js';
import type { MethodContext, MethodResult } from '../method.js';
import { writeModel } from '../model/index.js';
import { expectConsistent } from '../qat/testing/consistent.js';
import { templateContext } from '../qat/testing/templates.js';
import { exactProducts, productsOf, type ApproxMultiplier } from './catalogue.js';
import { evaluateTables } from './inference/evaluate.js';
import { createTableNetwork } from './inference/table-network.js';
import { calibrationData, inputsOf, integerNetworkOf } from './lower.js';
import { momentsOf, recalibrate } from './recalibrate.js';
import { approximate, fames } from './method.js';
import { rankSubstitutions } from './ranking.js';
import { famesConfigSchema } from './config.js';
import { spreadPictures } from '../calibrate/index.js';

/** Exact, and products rounded down to multiples of 2^bits: less energy the coarser. */
const catalogue: readonly ApproxMultiplier[] = [4, 8].flatMap((actBits) => {
  const widths = { actBits, actSigned: false, weightBits: 4 };
  const coarse = [1, 2, 3, 4, 5].map((bits) => ({
    ...{
      name: `multiples of ${2 ** bits}`,
      ...widths,
      area: 100 - 15 * bits,
      energy: (100 - 15 * bits) * actBits,
    },
    table: productsOf(widths, (a, w) => Math.trunc((a * w) / 2 ** bits) * 2 ** bits),
  }));
  return [
    { name: 'exact', ...widths, table: exactProducts(widths), area: 100, energy: 100 * actBits },
    ...coarse,
  ];
});

const detailsSchema = z.object({
  energy: z.object({ ratio: z.number() }),
  loss: z.object({ exact: z.number(), predicted: z.number(), real: z.number() }),
  accuracy: z.object({ exact: z.number(), real: z.number() }),
  genetic: z.object({ evaluations: z.number(), loss: z.number() }),
});

const pictures = 96;
let context: MethodContext;
let result: MethodResult;
beforeAll(async () => {
  context = await templateContext(0);
  const genetic = { population: 6, generations: 3 };
  result = await fames({ energyBudget: 0.7, pictures, genetic }, catalogue)(context);
}, 120_000);

describe('fames', () => {
  test('meets the energy budget with tables on the layers, and says what it chose and expected', () => {
    expectConsistent(result);
    const { energy, genetic, accuracy } = detailsSchema.parse(result.details);
    expect(energy.ratio).toBeLessThanOrEqual(0.7);
    expect(energy.ratio).toBeGreaterThan(0.5);
    expect(Object.keys(result.quantized.products).length).toBeGreaterThan(1);
    expect(genetic.evaluations).toBe(6 + 2 * 4);
    expect(accuracy.real).toBeGreaterThan(accuracy.exact - 0.1);
  });

  test('the written network has the loss that was reported', () => {
    const { network } = importOnnx(writeModel(result.quantized, 'qonnx'));
    const data = calibrationData(context.data);
    const chosen = spreadPictures(data, pictures);
    const labels = chosen.map((picture) => data.labels[picture] ?? 0);
    const inputs = inputsOf(network, data, chosen);
    const { loss } = evaluateTables(createTableNetwork(network), inputs, labels);
    expect(loss).toBeCloseTo(detailsSchema.parse(result.details).loss.real, 2);
  });

  test('recalibration gives every channel of an approximate network the mean and deviation that it had', () => {
    const running = createTableNetwork(integerNetworkOf({ ...result.quantized, products: {} }));
    const data = calibrationData(context.data);
    running.load(inputsOf(running.network, data, spreadPictures(data, 32)), Math.min(32, data.count));
    const wanted = momentsOf(running);
    const coarse = running.layers.map(({ actBits }) =>
      catalogue.find((multiplier) => multiplier.actBits === actBits && multiplier.name === 'multiples of 8'),
    );
    const corrections = recalibrate(running, coarse, wanted);
    momentsOf(running).forEach(({ mean, deviation }, layer) => {
      const { gain = [], bias = [] } = corrections[layer] ?? {};
      mean.forEach((value, c) => {
        const spread = wanted[layer]?.deviation[c] ?? 0;
        expect((gain[c] ?? 0) * value + (bias[c] ?? 0)).toBeCloseTo(wanted[layer]?.mean[c] ?? NaN, 6);
        if (gain[c] === 4 || gain[c] === 0.25 || deviation[c] === 0) return;
        expect((gain[c] ?? 0) * (deviation[c] ?? 0)).toBeCloseTo(spread, 6);
      });
    });
    expect(corrections.flatMap(({ gain }) => gain).some((gain) => gain !== 1)).toBe(true);
  });

  test('layers that no exact multiplier serves are refused before the training', async () => {
    const training = { ...context, epochs: 1000 };
    const start = { weightBits: 5 };
    await expect(fames({ start }, catalogue)(training)).rejects.toThrow(/QT501.*5-bit weights/);
    await expect(fames({ energyBudget: 0.1 }, catalogue)(training)).rejects.toThrow(/QT502/);
  });

  test('both orders of the estimate rank single substitutions like their real losses', async () => {
    const settings = famesConfigSchema.parse({ pictures });
    const ranking = await rankSubstitutions(result.quantized, catalogue, context.data, settings);
    expect(ranking.substitutions.length).toBe(6 * 5);
    expect(ranking.bothOrders).toBeGreaterThan(0.7);
  });

  test('stops where it is when asked', async () => {
    const stopped = { ...context, signal: AbortSignal.abort() };
    const settings = famesConfigSchema.parse({ pictures });
    await expect(approximate(result.quantized, catalogue, stopped, settings)).rejects.toThrow(
      'QT207: FAMES was stopped at "estimate"',
    );
  });

  test('a budget below the cheapest choice and a catalogue without exact products are refused', async () => {
    await expect(
      approximate(result.quantized, catalogue, context, famesConfigSchema.parse({ energyBudget: 0.1 })),
    ).rejects.toThrow(/QT502.*energyBudget of 0\.1; the least possible is 0\.25 of/);
    const inexact = catalogue.slice(1);
    await expect(
      approximate(result.quantized, inexact, context, famesConfigSchema.parse({})),
    ).rejects.toThrow(/QT501.*no exact multiplier for 4-bit/);
    const short = catalogue.map((multiplier) => ({ ...multiplier, table: [1] }));
    expect(() => fames({}, short)).toThrow(/QT501.*1 products/);
  });
});
