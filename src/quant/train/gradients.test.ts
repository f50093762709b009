import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFloat } from '../model/index.js';
import { createTrainer } from './index.js';
import { bars, everyLayer } from './testing/fixtures.js';
import type { Trainer } from './types.js';

const data = bars(12, 1);
const pictures = [0, 1, 2, 3, 5, 6];

describe.each(['train', 'evaluate'] as const)('gradients in mode %s', (mode) => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await createTrainer(everyLayer(), { threads: 1 });
    await trainer.reestimate(data);
  });
  afterAll(() => trainer.close());

  const lossAt = async (index: number, value: number): Promise<number> => {
    const before = trainer.values[index] ?? 0;
    trainer.values[index] = value;
    const { loss } = await trainer.gradients(data, pictures, [], mode);
    trainer.values[index] = before;
    return loss;
  };

  it('are the slopes of the loss in every kind of parameter of every layer', async () => {
    const { values } = await trainer.gradients(data, pictures, [], mode);
    for (const { node, kind, offset, length } of trainer.parameters) {
      for (const index of [offset, offset + (length >> 1), offset + length - 1]) {
        const [value, step] = [trainer.values[index] ?? 0, 1e-4];
        const slope =
          ((await lossAt(index, value + step)) - (await lossAt(index, value - step))) / (2 * step);
        const error = Math.abs((values[index] ?? 0) - slope);
        expect(error, `${node} ${kind}`).toBeLessThan(0.003 + 0.02 * Math.abs(slope));
      }
    }
  });

  it('are the same in every bit when every node is tapped, so that no two layers are computed as one', async () => {
    const nodes = trainer.model().nodes.map(({ name }) => name);
    const { loss, values } = await trainer.gradients(data, pictures, [], mode);
    const tapped = await trainer.gradients(data, pictures, nodes, mode);
    expect({ loss: tapped.loss, values: tapped.values }).toEqual({ loss, values });
    expect(Object.keys(tapped.taps).sort()).toEqual(nodes.sort());
  });

  it('have taps that repeat the gradients of bias and weights', async () => {
    const { values, taps } = await trainer.gradients(data, pictures, ['fc', 'first', 'sum'], mode);
    const of = (node: string, kind: string): Float32Array => {
      const found = trainer.parameters.find((one) => one.node === node && one.kind === kind);
      return values.subarray(found?.offset, (found?.offset ?? 0) + (found?.length ?? 0));
    };
    const sums = (tap: Float32Array, channels: number): number[] =>
      Array.from({ length: channels }, (_, channel) =>
        tap.reduce((sum, value, index) => (index % channels === channel ? sum + value : sum), 0),
      );
    expect(taps['sum']?.length).toBe(pictures.length * 8 * 8 * 6);
    for (const [node, channels] of [
      ['fc', 4],
      ['first', 6],
    ] as const) {
      const sum = sums(taps[node] ?? new Float32Array(), channels);
      of(node, 'bias').forEach((value, channel) => expect(sum[channel]).toBeCloseTo(value, 5));
    }
  });
});

describe('the forward pass', () => {
  it('has the logits and outputs of the readable executor', async () => {
    const trainer = await createTrainer(everyLayer(), { threads: 1 });
    await trainer.reestimate(data);
    const model = trainer.model();
    const logits = await trainer.logits(data, pictures);
    const real = Array.from(data.pictures, (value) => value * data.scale);
    pictures.forEach((picture, at) => {
      const input = Float32Array.from(real.slice(picture * 128, (picture + 1) * 128));
      const expected = runFloat(model, input);
      Array.from(expected).forEach((value, index) => expect(logits[at * 4 + index]).toBeCloseTo(value, 4));
    });
    await trainer.close();
  });
});
