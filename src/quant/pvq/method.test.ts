import { beforeAll, describe, expect, it } from 'vitest';
import { weightsOfGrid } from '../calibrate/index.js';
import type { MethodContext } from '../method.js';
import { convNodes, type QuantizedModel } from '../model/index.js';
import { accuracyOf, expectConsistent, floatAccuracy } from '../qat/testing/consistent.js';
import { templateContext, withFewPictures } from '../qat/testing/templates.js';
import { pvq, type Grouping } from './index.js';

let context: MethodContext;
beforeAll(async () => {
  context = await templateContext(0);
});

const gridOf = ({ weights }: QuantizedModel, name: string) => {
  const grid = weights[name];
  if (grid === undefined) throw new Error(`no grid for ${name}`);
  return grid;
};

/** Sum of magnitudes of each of so many equal parts. */
const pulsesOfParts = (codes: Int16Array, parts: number): readonly number[] =>
  Array.from({ length: parts }, (_, i) =>
    codes
      .subarray((i * codes.length) / parts, ((i + 1) * codes.length) / parts)
      .reduce((sum, code) => sum + Math.abs(code), 0),
  );

describe('pvq', () => {
  it.each<readonly [Grouping, 'one' | 'per filter']>([
    ['layer', 'one'],
    ['filter', 'per filter'],
    ['channel', 'per filter'],
  ])(
    'puts every vector of a %s on its pyramid, and the weights where the codes say',
    async (grouping, kind) => {
      const result = await pvq({ ratio: 1.5, grouping })(withFewPictures(context));
      expectConsistent(result);
      const { quantized } = result;
      const nodes = convNodes(quantized.model);
      expect(nodes.map(({ name }) => name)).toEqual(Object.keys(quantized.weights));
      for (const node of nodes) {
        const grid = gridOf(quantized, node.name);
        const vectors = kind === 'one' ? 1 : node.outChannels;
        const pulses = Math.round(node.weights.length / vectors / 1.5);
        expect([grid.format, grid.scales.length]).toEqual(['pvq', vectors]);
        expect([...node.weights]).toEqual([...weightsOfGrid(grid)]);
        expect(pulsesOfParts(grid.codes, vectors)).toEqual(Array.from({ length: vectors }, () => pulses));
      }
    },
  );

  it('wins back by re-training most of what the projection loses, at 1.7 bits per weight', async () => {
    const { quantized: projected } = await pvq()(context);
    const { quantized, details } = await pvq()({ ...context, epochs: 4 });
    const float = await floatAccuracy(context);
    const lost = float - (await accuracyOf(projected, context));
    const stillLost = float - (await accuracyOf(quantized, context));
    expect(lost).toBeGreaterThan(0.1);
    expect(stillLost).toBeLessThan(lost / 2);
    expect(details['bitsPerWeight']).toBeCloseTo(1.7, 1);
  });

  it('gives one result for one seed', async () => {
    const run = async () => (await pvq({ stages: 2 })({ ...withFewPictures(context), epochs: 2 })).quantized;
    const [a, b] = [await run(), await run()];
    expect(a).toEqual(b);
  });

  it('keeps layers at 8 bits that are named or meet a rule', async () => {
    const keep = { layers: ['pointwise2'], rules: ['first', 'depthwise'] as const };
    const method = pvq({ keep: { ...keep, rules: [...keep.rules] } });
    const { quantized, details } = await method(withFewPictures(context));
    const formats = Object.entries(quantized.weights).map(([name, { format }]) => [name, format]);
    expect(Object.fromEntries(formats)).toEqual({
      conv1: 'int',
      depthwise1: 'int',
      pointwise1: 'pvq',
      depthwise2: 'int',
      pointwise2: 'int',
      fullyConnected1: 'pvq',
    });
    expect(gridOf(quantized, 'conv1').bits).toBe(8);
    expect(details['kept']).toEqual(['conv1', 'depthwise1', 'depthwise2', 'pointwise2']);
  });

  it('finds ratios that keep the accuracy asked for', async () => {
    const drop = 0.06;
    const { quantized, details } = await pvq({ search: { drop, ratios: [0.5, 1, 2, 4] } })(context);
    const target = (await floatAccuracy(context)) - drop;
    expect(await accuracyOf(quantized, context)).toBeGreaterThanOrEqual(target);
    const ratios = Object.values(details['ratios'] ?? {});
    expect(ratios.length).toBe(6);
    expect(ratios.some((ratio) => ratio !== 0.5)).toBe(true);
  });

  it('says the best accuracy where no ratios keep what is asked for', async () => {
    const greedy = pvq({ search: { drop: 0, ratios: [4, 5] } });
    await expect(greedy(withFewPictures(context))).rejects.toThrow(
      /QT406: the search needs a validation accuracy of \d+\.\d\d %, but with the mildest ratio, N\/K = 4 in every layer, the network reaches \d+\.\d\d %/,
    );
  });

  it('refuses what cannot be', async () => {
    expect(() => pvq({ ratio: 0 })).toThrow('QT201: PVQ cannot be configured like this: ratio:');
    const runs = [
      [{ keep: { layers: ['lost'] } }, 'QT603: "lost" is no layer with weights'],
      [
        { layerRatios: { conv1: 2 }, keep: { layers: ['conv1'] } },
        'QT405: layer "conv1" is kept at 8 bits and',
      ],
      [{ keep: { layers: convNodes(context.model).map(({ name }) => name) } }, 'QT405: "keep" leaves PVQ no'],
      [{ stages: 3 }, 'QT405: 3 stages need at least as many epochs, not 0'],
      [{ search: { drop: 0.1, ratios: [2, 1] } }, 'QT405: search.ratios must ascend, not [2, 1]'],
      [
        { search: { drop: 0.1, trialEpochs: 1 } },
        'QT405: the trials of the search may take 7 epochs, more than',
      ],
      [{ projection: 'exact' }, 'QT402: the exact projection onto P(144, 72)'],
    ] as const;
    for (const [config, message] of runs) {
      const mutable = structuredClone<object>(config);
      await expect(async () => pvq(mutable)(context)).rejects.toThrow(message);
    }
  });
});
