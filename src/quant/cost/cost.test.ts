import { describe, expect, it } from 'vitest';
import {
  convNodes,
  weightsOfGrid,
  digitsNet,
  dsNet,
  quantizationPoints,
  withWeights,
  type ConvNode,
  type QuantizedModel,
  type WeightGrid,
} from '../model/index.js';
import {
  costOf,
  cpRank,
  factorizedCost,
  layerShapes,
  macsOf,
  mobileNetV2,
  normalizationOperations,
  normalizationParameters,
  outputsOf,
  parametersOf,
  promEnergy,
  promMultiplications,
  promStorage,
  resNet18,
  weightsOf,
  type CountedLayer,
  type PromAccounting,
} from './index.js';

const total = (layers: readonly CountedLayer[], count: (layer: CountedLayer) => number): number =>
  layers.reduce((sum, layer) => sum + count(layer), 0);

describe('MobileNetV2-1.0 at 224 (papers.md 1.3)', () => {
  const net = mobileNetV2();

  it.each([
    ['conv', 1, 10_838_016, 864, 401_408],
    ['depthwise', 17, 20_716_416, 64_224, 2_301_824],
    ['pointwise', 34, 267_939_840, 2_124_672, 3_974_880],
    ['fullyConnected', 1, 1_280_000, 1_281_000, 1_000],
  ])('%s: %d layers, %d MACs, %d parameters, %d outputs', (kind, count, macs, parameters, outputs) => {
    const layers = net.filter((layer) => layer.kind === kind);
    expect(layers.length).toBe(count);
    expect([total(layers, macsOf), total(layers, parametersOf), total(layers, outputsOf)]).toEqual([
      macs,
      parameters,
      outputs,
    ]);
  });

  it('has 300,774,272 MACs and 3,504,872 parameters, 34,112 of them of normalizations', () => {
    expect(total(net, macsOf)).toBe(300_774_272);
    expect(normalizationParameters(net)).toBe(34_112);
    expect(total(net, parametersOf) + normalizationParameters(net)).toBe(3_504_872);
  });

  it('loses 89.08 % of its multiplications to PROM', () => {
    const { left, removed, requantizations, macs } = promMultiplications(net);
    expect(left).toBe(32_834_432);
    expect((100 * removed).toFixed(2)).toBe('89.08');
    expect(requantizations).toBe(6_678_112);
    expect(((100 * (left + requantizations)) / macs).toFixed(2)).toBe('13.14');
  });

  it.each<readonly [PromAccounting, number, number, number]>([
    ['add8', 15.59, 28.94, 4.44],
    ['pointwiseAdd8', 17.89, 25.22, 5.04],
    ['add16', 21.61, 20.88, 3.48],
    ['add32', 36.64, 12.31, 2.46],
  ])(
    'needs with accounting %s %d uJ, %d times less than float16, %d times less than int8',
    (accounting, uJ, float16, int8) => {
      const energy = promEnergy(net, accounting);
      expect(energy.prom).toBeCloseTo(uJ, 2);
      expect(energy.float16).toBeCloseTo(451.16, 2);
      expect(energy.float16 / energy.prom).toBeCloseTo(float16, 2);
      expect(energy.int8 / energy.prom).toBeCloseTo(int8, 2);
    },
  );

  it('is stored 3.73 times smaller than float16 with 2-bit trits, 3.96 times with 1.6-bit ones', () => {
    const ratio = (tritBits: 2 | 1.6): string => {
      const { prom, float16 } = promStorage(net, tritBits);
      return (float16 / prom).toFixed(2);
    };
    expect([ratio(2), ratio(1.6)]).toEqual(['3.73', '3.96']);
  });
});

describe('ResNet-18 at 224, factorized (papers.md 3.3)', () => {
  const net = resNet18();
  const isBody = ({ kernel }: CountedLayer): boolean => kernel[0] === 3;
  const others = normalizationOperations(net);

  it('has the MACs of the authors, whose counter adds two operations per normalized element', () => {
    expect(total(net.filter(isBody), macsOf)).toBe(1_676_279_808);
    expect(
      total(
        net.filter((layer) => !isBody(layer)),
        macsOf,
      ),
    ).toBe(137_793_536);
    expect(others).toBe(4_967_424);
    expect(total(net, macsOf) + others).toBe(1_819_040_768);
  });

  it.each([
    [1.2, 1_679_071_974, 58_298_653_888, 224, 1903],
    [1.5, 1_371_033_474, 48_441_421_888, 179, 1522],
    [2.0, 1_063_924_602, 38_613_937_984, 134, 1141],
    [2.5, 878_745_762, 32_688_215_104, 107, 913],
    [3.0, 756_037_953, 28_761_565_216, 89, 761],
  ])(
    'at rate %d has %d MACs, %d BOPs with 4-bit factors, ranks %d and %d',
    (rate, macs, bops, first, last) => {
      const cost = factorizedCost(net, isBody, rate);
      const rankOf = (name: string): number | undefined =>
        cost.ranks.find(({ layer }) => layer === name)?.rank;
      expect([rankOf('layer1.0.conv1'), rankOf('layer4.0.conv2')]).toEqual([first, last]);
      expect(cost.factoredMacs + cost.keptMacs + others).toBe(macs);
      expect(8 * 4 * cost.factoredMacs + 8 * 8 * (cost.keptMacs + others)).toBe(bops);
    },
  );

  it('has ranks of matrices by their two sides, at least 1', () => {
    expect(cpRank(64, 32, 1, 2)).toBe(Math.floor((64 * 32) / 96 / 2));
    expect(cpRank(4, 1, 9, 20)).toBe(1);
  });
});

describe('the cost of a network of our own', () => {
  const model = dsNet();

  it('counts layers of a float model as of a table', () => {
    const layers = layerShapes(model);
    expect(total(layers, parametersOf) + normalizationParameters(layers)).toBe(13_962);
    expect(layers.map(({ kind }) => kind).filter((kind) => kind === 'pointwise').length).toBe(4);
  });

  it('follows formats: additions, shifts, tables and multiplications; stored, packed and ideal bits', () => {
    const digits = digitsNet();
    const gridFor = ({ name, weights, outChannels }: ConvNode): WeightGrid => {
      const ternary = Int16Array.from(weights, (_, i) => (i % 3) - 1);
      const one = { codes: ternary, scales: new Float32Array(outChannels).fill(1) };
      if (name === 'pointwise1') return { ...one, bits: 2, format: 'ternary' };
      if (name === 'pointwise2')
        return {
          ...one,
          codes: ternary.map((code, i) => code * 2 ** (i % 8)),
          bits: 9,
          format: 'powerOfTwo',
        };
      if (name === 'pointwise3')
        return { ...one, codes: ternary.map((code) => 2 * code), bits: 4, format: 'pvq' };
      return { ...one, bits: 4, format: 'int' };
    };
    const weights = Object.fromEntries(convNodes(digits).map((node) => [node.name, gridFor(node)]));
    const quantized: QuantizedModel = {
      model: withWeights(
        digits,
        Object.fromEntries(convNodes(digits).map((node) => [node.name, weightsOfGrid(gridFor(node))])),
      ),
      input: { bits: 5, signed: false, scale: 1 / 16 },
      weights,
      activations: Object.fromEntries(
        quantizationPoints(digits).map((name) => [name, { bits: 6, signed: false, scale: 1 }]),
      ),
      products: { depthwise1: { name: 'cheap', table: new Array<number>(1024).fill(0) } },
    };
    const energy = {
      multiply: (w: number, a: number): number => w * a,
      add: 1,
      shift: 2,
      products: { cheap: 5 },
    };
    const cost = costOf(quantized, energy);
    const of = (name: string): (typeof cost.layers)[number] => {
      const layer = cost.layers.find((other) => other.layer === name);
      if (layer === undefined) throw new Error(name);
      return layer;
    };
    const shape = (name: string): CountedLayer | undefined =>
      layerShapes(digits).find((layer) => layer.name === name);
    const pixels = 64;
    expect(of('conv1')).toMatchObject({
      product: 'multiply',
      macs: pixels * 144,
      multiplications: pixels * 144,
      bops: pixels * 144 * 4 * 5,
    });
    expect(of('conv1').energyUJ).toBeCloseTo(1e-6 * pixels * 144 * 21, 9);
    expect(of('depthwise1')).toMatchObject({ product: 'table', energyUJ: 1e-6 * pixels * 144 * 6 });
    expect(of('pointwise1')).toMatchObject({
      product: 'add',
      multiplications: 0,
      weightStorageBits: 1024,
      weightPackedBits: 8 * 103,
    });
    expect(of('pointwise1').entropy).toBeCloseTo(Math.log2(3), 3);
    // Exponents 0 .. 7 and both signs and zero: 17 codes, INQ's 5 bits.
    expect(of('pointwise2')).toMatchObject({ product: 'shift', weightBits: 5, multiplications: 0 });
    const last = shape('pointwise3');
    expect(last && weightsOf(last)).toBe(4096);
    expect(of('pointwise3').additions).toBe(16 * 2 * (4096 - of('pointwise3').zeroWeights));
    expect(cost.removed).toBeCloseTo(1 - cost.multiplications / cost.macs, 12);
    expect(cost.macs).toBe(total(layerShapes(digits), macsOf));
    expect(cost.requantizations).toBe(total(layerShapes(digits), outputsOf) - 10);
  });
});
