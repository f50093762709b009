import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { QuantError } from '../errors.js';
import {
  convNodes,
  digitsNet,
  modelBuilder,
  nodeShapes,
  quantizationPoints,
  resNet8,
  runFloat,
  verifyModel,
  withWeights,
  type ConvNode,
  type FloatModel,
} from '../model/index.js';
import { bopModel, macsByLayer, ranksWithin, totalBops } from './budget.js';
import type { LayerOptions } from './layer.js';
import { chosenLayers, excludedByDefault, factorizableLayers, fullRank, rankOf } from './layers.js';
import { factorizeModel, type FactorizedModel } from './model.js';

const quick: LayerOptions = {
  bits: { in: 8, depth: 8, out: 8 },
  init: 'cp',
  alsIterations: 10,
  epcIterations: 3,
  epcSlack: 1.02,
  outerIterations: 2,
  innerIterations: 5,
  scalePoints: 20,
  seed: 1,
};
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof QuantError) return error.code;
  }
  return 'none';
};

/** A layer's weights as its factors make them: the sum over r of out, depth and in, or of out and in. */
function composedWeights(node: ConvNode, { model }: FactorizedModel): Float32Array {
  const part = (name: string): Float32Array | undefined =>
    convNodes(model).find((other) => other.name === `${node.name}/${name}`)?.weights;
  const [input, depth, out] = [part('in'), part('depth'), part('out')];
  if (input === undefined || out === undefined) return node.weights;
  const taps = node.kernel[0] * node.kernel[1];
  const rank = out.length / node.outChannels;
  return node.weights.map((_, i) => {
    const [o, tap, channel] = [
      Math.floor(i / taps / node.inChannels),
      Math.floor(i / node.inChannels) % taps,
      i % node.inChannels,
    ];
    let sum = 0;
    for (let r = 0; r < rank; r++) {
      const first =
        depth === undefined
          ? (input[(r * taps + tap) * node.inChannels + channel] ?? NaN)
          : (depth[r * taps + tap] ?? NaN) * (input[r * node.inChannels + channel] ?? NaN);
      sum += (out[o * rank + r] ?? NaN) * first;
    }
    return sum;
  });
}

const composed = (model: FloatModel, factored: FactorizedModel): FloatModel =>
  withWeights(
    model,
    Object.fromEntries(convNodes(model).map((node) => [node.name, composedWeights(node, factored)])),
  );

describe('a factorized network', () => {
  const window = fc.record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    bias: fc.boolean(),
    seed: fc.nat(),
  });

  it('computes what the layers with the composed weights compute: any kernel, stride, padding, bias', () => {
    fc.assert(
      fc.property(window, ({ seed, bias, ...sizes }) => {
        const model = modelBuilder('net', [6, 5, 3], seed)
          .conv(4, { ...sizes, bias })
          .relu()
          .conv(5, { ...sizes, kernel: 3, padding: 1 })
          .batchNorm()
          .relu()
          .fullyConnected(3)
          .build();
        const factored = factorizeModel(model, { ...quick, rate: 1, exclude: [] });
        verifyModel(factored.model);
        const random = createRandom(seed);
        const picture = Float32Array.from({ length: 90 }, () => random.between(-1, 1));
        const [got, wanted] = [factored.model, composed(model, factored)].map((net) =>
          runFloat(net, picture),
        );
        got?.forEach((value, i) => expect(value).toBeCloseTo(wanted?.[i] ?? NaN, 4));
      }),
      { numRuns: 25 },
    );
  });

  it('has three small convolutions in the place of one, two in that of a 1 x 1, and stores what is in between', () => {
    const model = resNet8({ shape: [8, 8, 1], width: 4 });
    const { model: net, weights, layers } = factorizeModel(model, { ...quick, rate: 1.5 });
    expect(layers.map(({ layer }) => layer)).toEqual(['conv2', 'conv3', 'conv4', 'conv5', 'conv6', 'conv7']);
    const names = layers.flatMap(({ layer }) => [`${layer}/in`, `${layer}/depth`, `${layer}/out`]);
    expect(Object.keys(weights).sort()).toEqual(names.sort());
    expect(quantizationPoints(net)).toEqual(
      expect.arrayContaining(['conv2/in', 'conv2/depth', 'conv7/depth']),
    );
    expect(nodeShapes(net).get('conv4/in')).toEqual([8, 8, layers[2]?.rank]);
    expect(nodeShapes(net).get('conv4/depth')).toEqual([4, 4, layers[2]?.rank]);
    const separable = factorizeModel(digitsNet(), { ...quick, rate: 2 });
    expect(Object.keys(separable.weights)).toContain('pointwise3/out');
    expect(Object.keys(separable.weights)).not.toContain('pointwise3/depth');
  });

  it('leaves the first convolution, shortcuts and fully connected layers whole, unless told otherwise', () => {
    const model = resNet8();
    const whole = ['conv1', 'pointwise1', 'pointwise2', 'fullyConnected1'];
    expect([...excludedByDefault(model)].sort()).toEqual([...whole].sort());
    expect(chosenLayers(model, ['conv2'])).toHaveLength(convNodes(model).length - 1);
  });

  it('refuses ranks out of range, names of no layer, and networks without a layer to factorize', () => {
    const model = resNet8({ shape: [8, 8, 1], width: 4 });
    const options = { ...quick, rate: 1.5 };
    expect(codeOf(() => factorizeModel(model, { ...options, ranks: { conv2: 0 } }))).toBe('QT301');
    expect(codeOf(() => factorizeModel(model, { ...options, ranks: { conv2: 37 } }))).toBe('QT301');
    expect(codeOf(() => factorizeModel(model, { ...options, exclude: ['convX'] }))).toBe('QT603');
    const all = convNodes(model).map(({ name }) => name);
    expect(codeOf(() => factorizeModel(model, { ...options, exclude: all }))).toBe('QT302');
  });
});

describe('ranks', () => {
  it('follow the authors’ rule: their ResNet-18 at five rates', () => {
    const rates = [1.2, 1.5, 2, 2.5, 3];
    expect(rates.map((rate) => rankOf([64, 64, 9], rate))).toEqual([224, 179, 134, 107, 89]);
    expect(rates.map((rate) => rankOf([512, 512, 9], rate))).toEqual([1903, 1522, 1141, 913, 761]);
  });

  const model = resNet8();
  const layers = chosenLayers(model);
  const widths = { factors: { in: 4, depth: 6, out: 5 }, whole: 8, activations: 8, input: 8 };
  const bops = bopModel(model, layers, widths);

  it('cost what the factorized network’s own layers cost', () => {
    const small = resNet8({ shape: [8, 8, 2], width: 4 });
    const chosen = chosenLayers(small);
    const { model: net, layers: done } = factorizeModel(small, { ...quick, rate: 2 });
    const macs = macsByLayer(net);
    const width = (name: string): number =>
      name.endsWith('/in') ? 4 : name.endsWith('/depth') ? 6 : name.endsWith('/out') ? 5 : 8;
    const counted = convNodes(net).reduce(
      (sum, node) => sum + (macs.get(node.name) ?? 0) * 8 * width(node.name),
      0,
    );
    const ranks = Object.fromEntries(done.map(({ layer, rank }) => [layer, rank]));
    expect(totalBops(bopModel(small, chosen, widths), ranks)).toBe(counted);
  });

  it('within a budget use it up: no layer below its full rank could have another term', () => {
    const least = totalBops(bops, Object.fromEntries(layers.map(({ node }) => [node.name, 1])));
    const most = totalBops(
      bops,
      Object.fromEntries(layers.map(({ node, modes }) => [node.name, rankOf(modes, 1)])),
    );
    fc.assert(
      fc.property(fc.integer({ min: least, max: most }), (budget) => {
        const ranks = ranksWithin(bops, layers, budget);
        const left = budget - totalBops(bops, ranks);
        expect(left).toBeGreaterThanOrEqual(0);
        for (const { node, modes } of layers) {
          const rank = ranks[node.name] ?? 0;
          if (rank + 1 <= fullRank(modes)) expect(bops.perRank[node.name]).toBeGreaterThan(left);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('that no budget allows are refused with the least possible number', () => {
    const least = totalBops(bops, Object.fromEntries(layers.map(({ node }) => [node.name, 1])));
    expect(() => ranksWithin(bops, layers, least - 1)).toThrow(`QT303`);
    expect(() => ranksWithin(bops, layers, least - 1)).toThrow(String(least));
    expect(codeOf(() => ranksWithin(bops, layers, least))).toBe('none');
  });

  it('of depthwise layers do not exist', () => {
    expect(factorizableLayers(digitsNet()).some(({ node }) => node.depthwise)).toBe(false);
  });
});
