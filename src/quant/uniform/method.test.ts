import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { QuantError } from '../errors.js';
import type { MethodContext } from '../method.js';
import { convNodes } from '../model/index.js';
import { accuracyOf, expectConsistent, floatAccuracy } from '../qat/testing/consistent.js';
import { templateContext, withFewPictures } from '../qat/testing/templates.js';
import { uniform } from './method.js';

let context: MethodContext;
beforeAll(async () => {
  context = await templateContext(0);
});

describe('uniform grids', () => {
  it.each([true, false])(
    '8 bits without training keep the accuracy (per channel: %s)',
    async (perChannel) => {
      const result = await uniform({ perChannel })(context);
      expectConsistent(result);
      expect(await accuracyOf(result.quantized, context)).toBeGreaterThan(
        (await floatAccuracy(context)) - 0.02,
      );
      expect(result.quantized.weights['pointwise1']?.scales.length).toBe(perChannel ? 16 : 1);
    },
  );

  it.each(['minMax', 'percentile', 'mse'] as const)(
    '%s: training at 2 bits gains over none',
    async (range) => {
      const method = uniform({
        weightBits: 2,
        activationBits: 4,
        weightRange: range,
        activationRange: range,
      });
      const trained = await method({ ...context, epochs: 2 });
      expectConsistent(trained);
      const before = await accuracyOf((await method(context)).quantized, context);
      expect(await accuracyOf(trained.quantized, context)).toBeGreaterThan(before);
    },
  );

  it('mixed: each layer and each stored activation at its own width', async () => {
    const result = await uniform({
      weightBits: 4,
      activationBits: 4,
      layerWeightBits: { conv1: 8, fullyConnected1: 6 },
      pointActivationBits: { relu1: 8 },
    })(context);
    expectConsistent(result);
    const { weights, activations } = result.quantized;
    expect([weights['conv1']?.bits, weights['fullyConnected1']?.bits, weights['pointwise1']?.bits]).toEqual([
      8, 6, 4,
    ]);
    expect([activations['relu1']?.bits, activations['relu2']?.bits]).toEqual([8, 4]);
    for (const { codes, bits } of Object.values(weights))
      expect(codes.every((code) => Math.abs(code) < 2 ** (bits - 1))).toBe(true);
  });

  it("reports each layer's sensitivity where asked", async () => {
    const { details } = await uniform({ weightBits: 3, sensitivity: true })(withFewPictures(context));
    expect(details['sensitivity']).toMatchObject(
      convNodes(context.model).map(({ name }) => ({ layer: name })),
    );
  });

  it('stopped within an epoch goes on to the bits of an unbroken run, also after it measured sensitivities', async () => {
    const checkpoints = mkdtempSync(join(tmpdir(), 'nomul-uniform-'));
    const method = uniform({ weightBits: 2, activationBits: 4, sensitivity: true, training: { batch: 32 } });
    const few = { ...withFewPictures(context), epochs: 1 };
    const controller = new AbortController();
    const progress = ({ step }: { readonly step: number }): void => {
      if (step === 2) controller.abort();
    };
    await expect(method({ ...few, checkpoints, progress, signal: controller.signal })).rejects.toThrow(
      'QT207: Uniform was stopped at "re-training"',
    );
    expect(await method({ ...few, checkpoints })).toEqual(await method(few));
    rmSync(checkpoints, { recursive: true });
  });

  it('names what it does not know', () => {
    expect(() => void uniform({ layerWeightBits: { nowhere: 4 } })(context)).toThrow('QT603');
    expect(() => void uniform({ pointActivationBits: { conv1: 4 } })(context)).toThrow('QT206');
  });

  it('lists everything that is wrong in a configuration', () => {
    const wrong = () => uniform({ weightBits: 1, training: { rate: -1 } });
    expect(wrong).toThrow(QuantError);
    expect(wrong).toThrow(
      /QT201: Uniform cannot be configured like this: weightBits: .*; training\.rate: .*docs\/uniform\.md/,
    );
  });
});
