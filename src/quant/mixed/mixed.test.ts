import { beforeAll, describe, expect, it } from 'vitest';
import {
  chosenLayers,
  factorizeConfigSchema,
  factorizeLayer,
  productOfFactors,
  rankOf,
} from '../factorize/index.js';
import type { MethodContext } from '../method.js';
import { convNamed, convNodes, modelBuilder, verifyQuantized, type FloatModel } from '../model/index.js';
import { expectConsistent } from '../qat/testing/consistent.js';
import { templateContext, withFewPictures } from '../qat/testing/templates.js';
import { createTrainer } from '../train/index.js';
import { weightsOfGrid } from '../calibrate/index.js';
import {
  formatLosses,
  formatName,
  formatQuantizer,
  mixed,
  type FormatCandidate,
  type LayerFormat,
  type WholeFormat,
} from './index.js';

let context: MethodContext;
beforeAll(async () => {
  context = await templateContext(0);
});

const formats: readonly LayerFormat[] = [
  { kind: 'ternary', scale: 'absmean' },
  { kind: 'powerOfTwo', bits: 4 },
  { kind: 'pvq', ratio: 2 },
  { kind: 'int', bits: 3 },
];

describe('a mixed network', () => {
  it('has each layer in its own format after training, and keeps to it', async () => {
    const names = convNodes(context.model)
      .filter(({ depthwise }) => !depthwise)
      .map(({ name }) => name);
    const layers = Object.fromEntries(
      names.flatMap((name, i): [string, LayerFormat][] =>
        formats.slice(i % 4, (i % 4) + 1).map((format) => [name, format]),
      ),
    );
    const config = { layers, format: { kind: 'int', bits: 6 } } as const;
    const result = await mixed(config)({ ...withFewPictures(context), epochs: 1 });
    expectConsistent(result);
    verifyQuantized(result.quantized);
    for (const [name, { codes, format, bits }] of Object.entries(result.quantized.weights)) {
      const wanted = layers[name];
      expect(format, name).toBe(wanted?.kind === 'int' ? 'int' : (wanted?.kind ?? 'int'));
      if (wanted === undefined) expect(bits, name).toBe(6);
      if (wanted?.kind === 'pvq')
        expect(codes.reduce((sum, code) => sum + Math.abs(code), 0)).toBe(Math.round(codes.length / 2));
    }
    expect(result.details['formats']).toMatchObject({
      [names[0] ?? '']: 'ternary',
      [names[1] ?? '']: 'shift4',
    });
  });

  it('has factors in the place of a layer that asks for them, and refuses them for a depthwise one', async () => {
    const few = withFewPictures(context);
    const layers = { pointwise2: { kind: 'factors', bits: 6, rate: 1.5 } } as const;
    const { quantized } = await mixed({ layers })(few);
    const names = convNodes(quantized.model).map(({ name }) => name);
    expect(names).not.toContain('pointwise2');
    expect(names.filter((name) => name.startsWith('pointwise2/'))).toEqual([
      'pointwise2/in',
      'pointwise2/out',
    ]);
    expect(quantized.weights['pointwise2/in']?.bits).toBe(6);
    const depthwise = { depthwise1: layers.pointwise2 };
    await expect(mixed({ layers: depthwise })(few)).rejects.toThrow(/QT302.*"depthwise1" is depthwise/);
  });

  it('refuses formats for layers that the network does not have', async () => {
    await expect(mixed({ layers: { nowhere: { kind: 'int', bits: 4 } } })(context)).rejects.toThrow(
      /QT603.*nowhere/,
    );
  });
});

describe('the weights that factors stand for', () => {
  it.each([
    [
      'a 3x3 convolution',
      modelBuilder('conv', [8, 8, 6], 3).conv(10).relu().globalAvgPool().fullyConnected(4).build(),
    ],
    [
      'a 1x1 convolution',
      modelBuilder('point', [8, 8, 6], 3).pointwise(10).relu().globalAvgPool().fullyConnected(4).build(),
    ],
  ])('of %s are as far from its own as ADMM says', (_, model) => {
    const layer = chosenLayers(model, [])[0];
    if (layer === undefined) throw new Error('a layer can be factorized');
    const options = { ...factorizeConfigSchema.parse({}), bits: { in: 6, depth: 6, out: 6 }, seed: 1 };
    const factorized = factorizeLayer(layer, rankOf(layer.modes, 1.5), options);
    const product = productOfFactors(factorized);
    const { weights } = layer.node;
    const squares = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
    const error = Math.sqrt(
      squares(weights.map((weight, i) => weight - (product[i] ?? 0))) / squares(weights),
    );
    expect(error).toBeCloseTo(factorized.errors.admm, 5);
  });
});

describe('predicted losses', () => {
  const layer = 'fullyConnected1';

  it('start with the slope of the loss along the change', async () => {
    const { model, input, data } = context;
    const candidate = { layer, format: { kind: 'int', bits: 3 } } as const;
    const request = { model, input, data: data.validation, pictures: data.validation.count, seed: 1 };
    const [predicted] = await formatLosses(request, [candidate]);
    const step = 0.02;
    const [above, below] = [
      await lossOf(moved(model, candidate, step)),
      await lossOf(moved(model, candidate, -step)),
    ];
    expect((predicted?.first ?? 0) / ((above - below) / (2 * step))).toBeCloseTo(1, 1);
    expect(Math.abs(predicted?.first ?? 0)).toBeGreaterThan(0.001);
  });

  it('grow as bits go, and do not count what a normalization takes back', async () => {
    const candidates = [8, 5, 3, 2].map((bits) => ({
      layer: 'pointwise1',
      format: { kind: 'int', bits } as const,
    }));
    const { model, input, data } = context;
    const request = { model, input, data: data.validation, seed: 1 };
    const losses = await formatLosses(request, candidates);
    const second = losses.map((loss) => loss.second);
    expect(second).toEqual(second.toSorted((a, b) => a - b));
    expect(losses.map(({ format }) => formatName(format))).toEqual(['int8', 'int5', 'int3', 'int2']);
    const twice = await formatLosses({ ...request, model: scaled(model, 'pointwise1', 2) }, candidates);
    expect(twice.map(({ error }) => error)).toEqual(
      losses.map(({ error }) => expect.closeTo(error, 5) as number),
    );
  });
});

const lossOf = async (model: FloatModel): Promise<number> => {
  const trainer = await createTrainer(model);
  trainer.setQuantizers({ input: context.input });
  const { loss } = await trainer.evaluate(context.data.validation);
  await trainer.close();
  return loss;
};

const withWeightsOf = (
  model: FloatModel,
  layer: string,
  change: (weights: Float32Array) => Float32Array,
): FloatModel => ({
  ...model,
  nodes: model.nodes.map((node) =>
    node.name === layer && node.kind === 'conv' ? { ...node, weights: change(node.weights) } : node,
  ),
});

const scaled = (model: FloatModel, layer: string, factor: number): FloatModel =>
  withWeightsOf(model, layer, (weights) => weights.map((weight) => weight * factor));

/** A part of the way from the layer's weights to what the format makes of them. */
const moved = (
  model: FloatModel,
  { layer, format }: FormatCandidate & { readonly format: WholeFormat },
  step: number,
) =>
  withWeightsOf(model, layer, (weights) => {
    const used = weightsOfGrid(formatQuantizer(convNamed(model, layer), format)(weights));
    return weights.map((weight, i) => weight + step * ((used[i] ?? 0) - weight));
  });
