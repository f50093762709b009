import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MethodContext } from '../method.js';
import { convNodes } from '../model/index.js';
import { trainingSchema, withSession, type Session } from '../qat/index.js';
import { accuracyOf, expectConsistent, floatAccuracy } from '../qat/testing/consistent.js';
import { templateContext, withFewPictures } from '../qat/testing/templates.js';
import { inqBits, inqLevels, levelValues } from './levels.js';
import { inq } from './method.js';
import { growFrozen, magnitudeOrder, partitionRules } from './partition.js';
import { scheduleFor } from './schedule.js';
import { layersOf, quantizeStepwise } from './stepwise.js';

let context: MethodContext;
beforeAll(async () => {
  context = await templateContext(0);
});

const weightsNow = ({ trainer }: Session): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(convNodes(context.model).map(({ name }) => [name, trainer.weights(name).slice()]));

/** The weights before and after every re-training, and at the end. */
async function watched(partition: 'magnitude' | 'random', portions: readonly number[]) {
  const layers = layersOf(context.model, { bits: 4, range: 'max', partition }, 1);
  const training = trainingSchema(0.05).parse({ weightDecay: 0.01, batch: 32 });
  const plan = { weights: {}, projected: false, activations: {} };
  const few = withFewPictures(context);
  return withSession(few, { method: 'INQ', config: { training }, plan }, async (session) => {
    const phases: { readonly before: Weights; readonly after: Weights }[] = [];
    const retrain: Session['retrain'] = async (phase, epochs) => {
      const before = weightsNow(session);
      const summary = await session.retrain(phase, epochs);
      phases.push({ before, after: weightsNow(session) });
      return summary;
    };
    await quantizeStepwise({ ...session, retrain }, layers, scheduleFor(portions, portions.length - 1));
    return { layers, phases, end: weightsNow(session) };
  });
}
type Weights = ReturnType<typeof weightsNow>;

describe('incremental quantization of a trained network', () => {
  it.each(inqBits)('%i bits: every weight of the result is exactly in P', async (bits) => {
    const result = await inq({ bits })({ ...withFewPictures(context), epochs: 1 });
    expectConsistent(result);
    for (const { name, weights } of convNodes(context.model)) {
      const levels = levelValues(inqLevels(weights, bits));
      expect(levels.length).toBe(2 ** (bits - 1) + 1);
      const final = convNodes(result.quantized.model).find((node) => node.name === name)?.weights ?? [];
      for (const weight of final) expect(levels).toContain(weight + 0);
      expect(result.quantized.weights[name]?.format).toBe('powerOfTwo');
    }
  });

  it.each(partitionRules)(
    '%s: frozen weights keep every bit to the end, the others are trained',
    async (rule) => {
      const { layers, phases, end } = await watched(rule, [0.4, 0.7, 0.9, 1]);
      expect(phases.length).toBe(3);
      for (const { name, levels, order } of layers) {
        const values = levelValues(levels);
        let frozen = new Uint8Array(end[name]?.length ?? 0);
        let free = context.model.nodes.flatMap((n) =>
          n.kind === 'conv' && n.name === name ? [n.weights] : [],
        )[0];
        for (const [i, portion] of [0.4, 0.7, 0.9].entries()) {
          const [before, after] = [phases[i]?.before[name] ?? [], phases[i]?.after[name] ?? []];
          frozen = Uint8Array.from(
            growFrozen(frozen, order ?? magnitudeOrder(free ?? new Float32Array()), portion),
          );
          const moved = [...frozen].filter((bit, w) => bit === 0 && before[w] !== after[w]).length;
          expect(moved).toBeGreaterThan(0);
          frozen.forEach((bit, w) => {
            if (bit === 0) return;
            expect(values).toContain((before[w] ?? NaN) + 0);
            expect([after[w], end[name]?.[w]]).toEqual([before[w], before[w]]);
          });
          free = Float32Array.from(after);
        }
        for (const weight of end[name] ?? []) expect(values).toContain(weight + 0);
      }
    },
  );

  it('re-training makes up for much of what quantizing at once loses', async () => {
    const accuracy = async (epochs: number): Promise<number> =>
      accuracyOf((await inq({ bits: 3 })({ ...context, epochs })).quantized, context);
    expect(await accuracy(7)).toBeGreaterThan((await accuracy(0)) + 0.05);
  });

  it('5 bits lose little', async () => {
    const { quantized } = await inq({ portions: 'paper' })({ ...context, epochs: 6 });
    expect(await accuracyOf(quantized, context)).toBeGreaterThan((await floatAccuracy(context)) - 0.06);
  });

  it('reports its steps, and per layer the levels and how often each is used', async () => {
    const method = inq({ portions: [0.5, 1], portionEpochs: [1] });
    const { details } = await method({ ...withFewPictures(context), epochs: 1 });
    expect(details['steps']).toEqual([
      { portion: 0.5, epochs: 1 },
      { portion: 1, epochs: 0 },
    ]);
    expect(details['phases']).toMatchObject([{ phase: '50.0 %', epochs: [{}] }]);
    const node = convNodes(context.model)[0];
    expect(details['layers']).toMatchObject({ [node?.name ?? '']: { levels: 17 } });
  });
});

describe('a run that is stopped', () => {
  it('says so, and goes on from its checkpoints to the bits of an unbroken run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nomul-inq-'));
    const method = inq({ portions: [0.5, 0.8, 1], training: { batch: 16 } });
    const few = { ...withFewPictures(context), epochs: 3 };
    const whole = await method(few);
    const controller = new AbortController();
    const stopping = method({
      ...few,
      checkpoints: folder,
      signal: controller.signal,
      progress: ({ phase, step }) => {
        if (phase.includes('80.0 %') && step === 5) controller.abort();
      },
    });
    await expect(stopping).rejects.toThrow(`QT207: INQ was stopped at "80.0 %". The same call goes on`);
    expect(readdirSync(folder).length).toBe(2);
    let steps = 0;
    const resumed = await method({
      ...few,
      checkpoints: folder,
      progress: () => {
        steps++;
      },
    });
    expect(resumed).toEqual(whole);
    // Five steps and a validation are left of one epoch, ten and one are another; the first re-training was complete.
    expect(steps).toBe(6 + 11);
    rmSync(folder, { recursive: true });
    expect(existsSync(folder)).toBe(false);
  });

  it('before it began, without checkpoints', async () => {
    await expect(inq()({ ...context, epochs: 1, signal: AbortSignal.abort() })).rejects.toThrow(
      'nothing is kept',
    );
  });
});

describe('a configuration that cannot be', () => {
  it.each([
    { config: { portions: [0.5, 0.9] }, says: 'QT202: INQ portions [0.5, 0.9] do not end at 1' },
    { config: { portionEpochs: [1] }, says: 'QT203' },
  ])('$config', ({ config, says }) => {
    expect(() => void inq(config)({ ...context, epochs: 1 })).toThrow(says);
  });

  it('more epochs per portion than the run has, or too few numbers', () => {
    const portions = [0.5, 0.75, 1];
    expect(() => void inq({ portions, portionEpochs: [3, 3] })({ ...context, epochs: 5 })).toThrow('QT203');
    expect(() => void inq({ portions, portionEpochs: [3] })({ ...context, epochs: 5 })).toThrow('QT203');
  });
});
