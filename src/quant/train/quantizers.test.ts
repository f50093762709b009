import { describe, expect, it } from 'vitest';
import { quantizationPoints, runFloat, type ActivationGrid } from '../model/index.js';
import { createTrainer } from './index.js';
import { bars, everyLayer, recipe, smallNet } from './testing/fixtures.js';
import type { Projection } from './types.js';

const data = bars(96, 1);

/** Nearest multiple of 1/4. */
const coarse: Projection = (latent, used) =>
  latent.forEach((value, index) => (used[index] = Math.round(value * 4) / 4));

describe('quantizers', () => {
  it('round input and activations to their grids, as the readable executor does', async () => {
    const trainer = await createTrainer(everyLayer(), { threads: 1 });
    await trainer.reestimate(data);
    const model = trainer.model();
    const grid: ActivationGrid = { bits: 8, signed: true, scale: 1 / 32 };
    const input: ActivationGrid = { bits: 4, signed: false, scale: 1 / 15 };
    const activations = Object.fromEntries(quantizationPoints(model).map((name) => [name, grid]));
    trainer.setQuantizers({ input, activations });
    const logits = await trainer.logits(data, [0, 1, 2]);
    const exact = await trainer.outputs(data, [0], ['relu1']);
    expect(exact['relu1']?.some((value) => value * 32 !== Math.round(value * 32))).toBe(true);
    for (const picture of [0, 1, 2]) {
      const pixels = data.pictures.slice(picture * 128, (picture + 1) * 128);
      const real = Float32Array.from(pixels, (value) => value * data.scale);
      const expected = runFloat(model, real, { input, activations });
      expected.forEach((value, index) => expect(logits[picture * 4 + index]).toBeCloseTo(value, 1));
    }
    await trainer.close();
  });

  it('stop the gradient outside the grid and pass it unchanged inside', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    const [gradient, output] = [
      async () =>
        (await trainer.gradients(data, [0, 1], ['active'], 'evaluate')).taps['active'] ?? new Float32Array(),
      (await trainer.outputs(data, [0, 1], ['active']))['active'] ?? new Float32Array(),
    ];
    const limit = output.toSorted()[Math.floor(output.length * 0.9)] ?? 0;
    trainer.setQuantizers({ activations: { active: { bits: 16, signed: false, scale: limit / 65535 } } });
    const clipped = await gradient();
    const inside = clipped.filter((_, index) => (output[index] ?? 0) < limit * 0.99);
    expect(
      clipped.filter((_, index) => (output[index] ?? 0) > limit * 1.01).every((value) => value === 0),
    ).toBe(true);
    expect(inside.filter((value) => value !== 0).length).toBeGreaterThan(inside.length / 2);
    await trainer.close();
  });

  it('compute with projected weights while gradients reach the latent ones', async () => {
    const latent = await createTrainer(smallNet(), { threads: 1 });
    latent.setQuantizers({ projections: { pw: coarse, first: coarse } });
    const projected = latent.model('projected');
    const plain = await createTrainer(projected, { threads: 1 });
    const [ours, theirs] = [await latent.gradients(data, [0, 1, 2]), await plain.gradients(data, [0, 1, 2])];
    expect(ours.values).toEqual(theirs.values);
    expect(latent.model()).not.toEqual(projected);
    const before = latent.weights('pw').slice();
    await latent.train(data, { ...recipe, epochs: 1 });
    expect(latent.weights('pw')).not.toEqual(before);
    const conv = latent.model('projected').nodes.find(({ name }) => name === 'pw');
    expect(conv?.kind === 'conv' && conv.weights.every((value) => Number.isInteger(value * 4))).toBe(true);
    await Promise.all([latent.close(), plain.close()]);
  });

  it.each([
    ['sgd', recipe.optimizer],
    ['Adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
  ] as const)('keep frozen weights to the bit under momentum and decay of %s', async (_, optimizer) => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    await trainer.train(data, { ...recipe, optimizer, epochs: 1 });
    const before = trainer.weights('pw').slice();
    const mask = Uint8Array.from(before, (value) => (Math.abs(value) > 0.3 ? 1 : 0));
    trainer.setFrozen({ pw: mask });
    await trainer.train(data, { ...recipe, optimizer, epochs: 2 });
    const after = trainer.weights('pw');
    expect(mask.includes(0) && mask.includes(1)).toBe(true);
    mask.forEach((frozen, index) => expect(Object.is(after[index], before[index])).toBe(frozen === 1));
    await trainer.close();
  });

  it('re-estimate statistics as the moments of all pictures', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1, evaluationBatch: 24 });
    await trainer.reestimate(data);
    const [norm] = trainer.model().nodes.filter((node) => node.kind === 'batchNorm');
    const all = Array.from({ length: data.count }, (_, picture) => picture);
    const outputs = (await trainer.outputs(data, all, ['first']))['first'] ?? new Float32Array();
    for (let channel = 0; channel < 8; channel++) {
      const values = outputs.filter((_, index) => index % 8 === channel);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(norm?.mean[channel]).toBeCloseTo(mean, 4);
      expect(norm?.variance[channel]).toBeCloseTo(variance, 4);
    }
    await trainer.close();
  });

  it('are refused by name when the network does not have the layer', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    expect(() => trainer.setQuantizers({ projections: { norm: coarse } })).toThrow(
      /QT104.*"norm".*first, pw, fc/,
    );
    expect(() => trainer.setFrozen({ pw: new Uint8Array(3) })).toThrow(/QT104.*3 entries.*64 weights/);
    await expect(trainer.outputs(data, [0], ['nowhere'])).rejects.toThrow(/QT104.*"nowhere"/);
    await expect(trainer.logits(data, [96])).rejects.toThrow(/QT100.*picture 96/);
  });
});
