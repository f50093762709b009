import { beforeAll, describe, expect, it } from 'vitest';
import type { MethodContext } from '../method.js';
import { modelBuilder } from '../model/index.js';
import { accuracyOf, expectConsistent, floatAccuracy } from '../qat/testing/consistent.js';
import { templateContext, withFewPictures } from '../qat/testing/templates.js';
import { prom } from './method.js';
import { ternaryScaleRules } from './ternary.js';

let context: MethodContext;
beforeAll(async () => {
  context = await templateContext(0);
});

describe('PROM on a depthwise-separable network', () => {
  it.each(ternaryScaleRules)(
    '%s: pointwise layers are ternary, all others 8 bits per channel',
    async (scale) => {
      const result = await prom({ scale })({ ...withFewPictures(context), epochs: 1 });
      expectConsistent(result);
      for (const [name, { codes, scales, bits, format }] of Object.entries(result.quantized.weights)) {
        const pointwise = name.startsWith('pointwise');
        expect({ name, bits, format }).toEqual({
          name,
          bits: pointwise ? 2 : 8,
          format: pointwise ? 'ternary' : 'int',
        });
        const greatest = pointwise ? 1 : 127;
        expect(codes.every((code) => Math.abs(code) <= greatest)).toBe(true);
        expect(scales.length > 1).toBe(!pointwise);
        if (!pointwise) expect(Math.max(...codes.map(Math.abs))).toBe(127);
      }
      for (const grid of Object.values(result.quantized.activations))
        expect(grid).toMatchObject({ bits: 8, signed: false });
    },
  );

  it('training on the grids gains at least five points over projecting, and ends near the float network', async () => {
    const accuracy = async (epochs: number): Promise<number> =>
      accuracyOf((await prom()({ ...context, epochs })).quantized, context);
    const trained = await accuracy(6);
    expect(trained).toBeGreaterThan((await accuracy(0)) + 0.05);
    expect(trained).toBeGreaterThan((await floatAccuracy(context)) - 0.05);
  });

  it('has a ternary scale per output channel where asked', async () => {
    const { quantized } = await prom({ perChannel: true })(withFewPictures(context));
    expect(quantized.weights['pointwise2']?.scales.length).toBe(24);
  });

  it('one seed gives the same bits again', async () => {
    const run = () => prom()({ ...withFewPictures(context), epochs: 1, seed: 7 });
    expect(await run()).toEqual(await run());
  });

  it('refuses a network without pointwise layers', () => {
    const model = modelBuilder('plain', [8, 8, 1]).conv(4).relu().globalAvgPool().fullyConnected(6).build();
    expect(() => void prom()({ ...context, model })).toThrow('QT205: network "plain" has no 1x1 convolution');
  });
});
