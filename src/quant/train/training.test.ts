import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FloatModel } from '../model/index.js';
import { writeCheckpoint } from './checkpoint.js';
import { createTrainer } from './index.js';
import { bars, recipe, repeated, smallNet } from './testing/fixtures.js';
import type { Recipe, Trainer, TrainOptions, TrainSummary } from './types.js';

const data = bars(320, 1);
const validation = bars(200, 2);

interface Outcome {
  readonly model: FloatModel;
  readonly summary: TrainSummary;
}

const run = async (
  options: TrainOptions = {},
  { threads = 1, ...changes }: Partial<Recipe> & { readonly threads?: number } = {},
): Promise<Outcome> => {
  const trainer = await createTrainer(smallNet(), { threads });
  const summary = await trainer.train(data, { ...recipe, ...changes }, { validation, ...options });
  const model = trainer.model();
  await trainer.close();
  return { model, summary };
};
const losses = ({ summary }: Outcome): readonly (readonly [number, number | undefined])[] =>
  summary.epochs.map(({ loss, accuracy }) => [loss, accuracy]);

describe('training', () => {
  it('learns', async () => {
    const { summary } = await run({}, { epochs: 8 });
    const [first, last] = [summary.epochs[0], summary.epochs.at(-1)];
    expect(last?.loss).toBeLessThan((first?.loss ?? 0) / 2);
    expect(last?.accuracy).toBeGreaterThan(0.9);
  });

  it('gives the same bits on any number of threads, and others for another number of shards', async () => {
    const one = await run({}, { shards: 3 });
    const three = await run({}, { shards: 3, threads: 3 });
    expect(three.model).toEqual(one.model);
    expect(losses(three)).toEqual(losses(one));
    expect((await run({}, { shards: 1 })).model).not.toEqual(one.model);
  });

  it('evaluates, taps and re-estimates with the same bits on any number of threads', async () => {
    const answers = async (trainer: Trainer): Promise<unknown> => {
      await trainer.reestimate(data);
      const { taps, values, loss } = await trainer.gradients(data, [5, 1, 7, 2, 9], ['pw']);
      const answer = [taps, values, loss, await trainer.evaluate(data), await trainer.logits(data, [3, 300])];
      await trainer.close();
      return answer;
    };
    const one = await answers(await createTrainer(smallNet(), { threads: 1, evaluationBatch: 32 }));
    expect(await answers(await createTrainer(smallNet(), { threads: 2, evaluationBatch: 32 }))).toEqual(one);
  });

  it('calls the hook before an epoch, and keeps the weights of the best epoch when asked to', async () => {
    const options: TrainOptions = {
      keepBest: true,
      beforeEpoch: (epoch, trainer) =>
        Promise.resolve(epoch === 3 ? void trainer.weights('fc').fill(0) : undefined),
    };
    const resting: Recipe['schedule'] = { kind: 'steps', rate: 0.1, at: [0.75], factor: 0 };
    const { model, summary } = await run(options, { epochs: 4, schedule: resting });
    const best = Math.max(...summary.epochs.map(({ accuracy = 0 }) => accuracy));
    const trainer = await createTrainer(model, { threads: 1 });
    expect((await trainer.evaluate(validation)).accuracy).toBe(best);
    expect(summary.epochs.at(-1)?.accuracy).toBe(0.25);
    expect(best).toBeGreaterThan(0.25);
  });

  it('stops where it diverges, says where and what to try, and has the weights of before', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    const before = trainer.values.slice();
    const schedule: Recipe['schedule'] = { kind: 'constant', rate: 1e6 };
    await expect(trainer.train(data, { ...recipe, schedule }, { phase: 'fine tuning' })).rejects.toThrow(
      /QT101: fine tuning diverged in epoch 1 of 3, step \d+ of 10: .*learning rate below 1000000/,
    );
    expect(trainer.values).toEqual(before);
  });

  it('goes back to the best epoch when a later one diverges, also by its very last step', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    const schedule: Recipe['schedule'] = { kind: 'steps', rate: 0.1, at: [0.96], factor: 1e60 };
    let best = new Float32Array();
    const progress = ({ accuracy }: { readonly accuracy?: number }): void => {
      if (accuracy !== undefined && best.length === 0) best = trainer.values.slice();
    };
    const options: TrainOptions = { validation, keepBest: true, progress };
    await expect(trainer.train(data, { ...recipe, epochs: 2, schedule }, options)).rejects.toThrow(
      /QT101: training diverged in epoch 2 of 2, step 10 of 10: .*weights that are not finite.*best epoch/,
    );
    expect(trainer.values).toEqual(best);
  });

  it('refuses data and recipes that make no sense', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 1 });
    const wrong = { ...data, shape: [4, 16, 2] as const };
    const broken = { ...data, pictures: new Float32Array(data.pictures.length).fill(NaN) };
    const labels = Uint8Array.from(data.labels, (label) => label + 1);
    await expect(trainer.train(wrong, recipe)).rejects.toThrow(/QT100.*4x16x2.*8x8x2/);
    await expect(trainer.train(broken, recipe)).rejects.toThrow(/QT100.*NaN in picture 0/);
    await expect(trainer.evaluate({ ...data, labels })).rejects.toThrow(/QT100.*label 4.*4 logits/);
    await expect(trainer.evaluate({ ...data, labels: labels.slice(1) })).rejects.toThrow(/QT100.*319 labels/);
    await expect(trainer.evaluate({ ...data, scale: NaN })).rejects.toThrow(/QT100.*scale NaN/);
    await expect(trainer.train(data, { ...recipe, shards: 33 })).rejects.toThrow(/QT102.*33 shards/);
    await expect(trainer.gradients(data, [])).rejects.toThrow(/QT100: gradients on no pictures/);
    await expect(createTrainer(smallNet(), { shards: 0 })).rejects.toThrow(/QT102.*shards 0/);
    const shifted: Recipe = { ...recipe, augmentation: { flip: false, shift: 0.5 } };
    await expect(trainer.train(data, shifted)).rejects.toThrow(/QT102.*shifts of 0\.5 pixels/);
    const unstable: Recipe = { ...recipe, optimizer: { kind: 'sgd', momentum: 1, weightDecay: 0 } };
    await expect(trainer.train(data, unstable)).rejects.toThrow(/QT102.*momentum 1/);
  });
});

describe('a thread that ends', () => {
  it('fails what it was computing instead of leaving it waiting, and is replaced by the next call', async () => {
    const trainer = await createTrainer(smallNet(), { threads: 2 });
    // Long enough that no machine ends it before the thread.
    const longer = repeated(data, 100);
    const expected = await trainer.evaluate(data);
    const running = trainer.evaluate(longer);
    await Promise.all([expect(running).rejects.toThrow(/thread .* ended/), trainer.close()]);
    expect(await trainer.evaluate(data)).toEqual(expected);
    await trainer.close();
  });
});

describe('checkpoints', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nomul-train-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['SGD', recipe.optimizer],
    ['Adam', { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01 }],
  ] as const)('let an interrupted run of %s go on to the same bits', async (name, optimizer) => {
    const checkpoint = join(folder, `${name}.checkpoint`);
    const whole = await run({ keepBest: true }, { optimizer });
    for (const stopAt of [4, 10, 17]) {
      const controller = new AbortController();
      let steps = 0;
      const progress = ({ accuracy }: { readonly accuracy?: number }): void => {
        if (accuracy === undefined && ++steps === stopAt) controller.abort();
      };
      const { summary } = await run(
        { checkpoint, keepBest: true, progress, signal: controller.signal },
        { optimizer },
      );
      expect(summary.stopped).toBe(stopAt < 17);
    }
    const resumed = await run({ checkpoint, keepBest: true }, { optimizer, threads: 2 });
    expect(resumed.model).toEqual(whole.model);
    expect(losses(resumed)).toEqual(losses(whole));
    expect(resumed.summary.stopped).toBe(false);
  });

  it('of a finished run give its result without training', async () => {
    const checkpoint = join(folder, 'finished.checkpoint');
    const first = await run({ checkpoint });
    let calls = 0;
    const again = await run({ checkpoint, progress: () => calls++ });
    expect(again).toEqual(first);
    expect(calls).toBe(0);
  });

  it('are refused when they belong to another run or are damaged', async () => {
    const checkpoint = join(folder, 'refused.checkpoint');
    await run({ checkpoint }, { epochs: 1 });
    await expect(run({ checkpoint }, { epochs: 1, seed: 8 })).rejects.toThrow(
      /QT103.*belongs to another run/,
    );
    await expect(run({ checkpoint, keepBest: true }, { epochs: 1 })).rejects.toThrow(/another run/);
    const bytes = readFileSync(checkpoint);
    const inHeader = bytes.indexOf('"lossSum":0') + 10;
    for (const at of [inHeader, bytes.length - 100, bytes.length - 1]) {
      writeFileSync(checkpoint, bytes.with(at, (bytes[at] ?? 0) ^ 1));
      await expect(run({ checkpoint }, { epochs: 1 })).rejects.toThrow(/QT103.*is damaged/);
    }
    writeFileSync(checkpoint, bytes.subarray(0, bytes.length >> 1));
    await expect(run({ checkpoint }, { epochs: 1 })).rejects.toThrow(/QT103.*is damaged/);
    writeFileSync(checkpoint, 'something else');
    await expect(run({ checkpoint }, { epochs: 1 })).rejects.toThrow(/QT103.*is no checkpoint/);
    await expect(run({ checkpoint: folder }, { epochs: 1 })).rejects.toThrow(/QT103.*cannot be read/);
  });

  it('that cannot be written are named, and leave the file of before and nothing beside it', () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    const progress = { epoch: 0, step: 0, lossSum: 0, seconds: 0, first: { sum: 0, count: 0 } };
    const checkpoint = {
      progress: { ...progress, history: [], powers: [1, 1] as [number, number], grids: {} },
    };
    expect(() => {
      writeCheckpoint(path, 'key', { ...checkpoint, arrays: {} });
    }).toThrow(/QT103: checkpoint ".*taken" cannot be written .*Make room/);
    expect(readdirSync(path)).toEqual(['inside']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
