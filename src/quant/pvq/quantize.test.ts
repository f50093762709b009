import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, pyramidSize, vectorOfRuns, runsOf } from '../../num/index.js';
import {
  entropyPerValue,
  projectOntoPyramid,
  pulsesFor,
  pvqGrid,
  pvqProjection,
  restoreVector,
  runBits,
  storeVector,
  vectorStorage,
  type Grouping,
  type LayerShape,
} from './index.js';

const shape: LayerShape = {
  name: 'conv',
  kernel: [3, 3],
  depthwise: false,
  inChannels: 4,
  outChannels: 5,
};
const size = 3 * 3 * 4;
const groupings: readonly Grouping[] = ['layer', 'filter', 'channel'];

const drawn = (count: number, seed = 1): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.between(-1, 1) * random.unit());
};

const sumOf = (codes: Int16Array): number => codes.reduce((sum, code) => sum + Math.abs(code), 0);

const filters = (codes: Int16Array): readonly Int16Array[] =>
  Array.from({ length: shape.outChannels }, (_, i) => codes.subarray(i * size, (i + 1) * size));

describe('pvqGrid', () => {
  const weights = drawn(size * shape.outChannels);

  it('has K pulses in every vector and one scale per vector', () => {
    const options = { ratio: 2, scale: 'norm' } as const;
    const layer = pvqGrid(weights, shape, { ...options, grouping: 'layer' });
    expect([sumOf(layer.codes), layer.scales.length]).toEqual([90, 1]);
    for (const grouping of ['filter', 'channel'] as const) {
      const grid = pvqGrid(weights, shape, { ...options, grouping });
      expect(filters(grid.codes).map(sumOf)).toEqual([18, 18, 18, 18, 18]);
      expect(grid.scales.length).toBe(5);
    }
  });

  it('deals the pulses of a filter to its windows by their L1 norms, and projects each window', () => {
    const { codes } = pvqGrid(weights, shape, { ratio: 2, scale: 'norm', grouping: 'channel' });
    const window = (of: ArrayLike<number>, channel: number) =>
      Array.from({ length: 9 }, (_, i) => of[i * 4 + channel] ?? 0);
    const norms = [0, 1, 2, 3].map((channel) =>
      window(weights, channel).reduce((sum, weight) => sum + Math.abs(weight), 0),
    );
    projectOntoPyramid(norms, 18).forEach((share, channel) =>
      expect(window(codes, channel)).toEqual([...projectOntoPyramid(window(weights, channel), share)]),
    );
  });

  it('keeps the length of each vector, or has the least error', () => {
    for (const grouping of groupings) {
      const [norm, least] = (['norm', 'leastSquares'] as const).map((scale) =>
        pvqGrid(weights, shape, { ratio: 2, grouping, scale }),
      );
      const part = weights.length / (norm?.scales.length ?? 1);
      norm?.scales.forEach((rho, group) => {
        const range = [group * part, (group + 1) * part] as const;
        const w = weights.subarray(...range);
        const y = [...norm.codes.subarray(...range)];
        const square = (v: ArrayLike<number>): number =>
          Array.from(v).reduce((sum, value) => sum + value ** 2, 0);
        expect(rho * Math.sqrt(square(y))).toBeCloseTo(Math.sqrt(square(w)), 5);
        const errorAt = (factor: number): number => square(y.map((code, i) => factor * code - (w[i] ?? 0)));
        const chosen = least?.scales[group] ?? 0;
        expect(errorAt(chosen)).toBeLessThan(errorAt(chosen * 1.01));
        expect(errorAt(chosen)).toBeLessThan(errorAt(chosen * 0.99));
      });
    }
  });

  it('has codes that fit its bits and not one bit less', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.1, 0.5, 1, 2), (seed, ratio) => {
        const grid = pvqGrid(drawn(180, seed), shape, { ratio, grouping: 'layer', scale: 'norm' });
        const fits = (bits: number): boolean =>
          grid.codes.every((code) => code >= -(2 ** (bits - 1)) && code < 2 ** (bits - 1));
        expect([fits(grid.bits), fits(grid.bits - 1) && grid.bits > 2]).toEqual([true, false]);
      }),
    );
  });

  it('gives a filter of zeros the codes 0 and the scale 1', () => {
    const holed = weights.slice().fill(0, 0, size);
    const grid = pvqGrid(holed, shape, { ratio: 2, grouping: 'filter', scale: 'leastSquares' });
    expect([grid.scales[0], ...grid.codes.subarray(0, size)]).toEqual([1, ...new Int16Array(size)]);
    expect(filters(grid.codes).map(sumOf)).toEqual([0, 18, 18, 18, 18]);
  });

  it('projects for training onto the weights that the grid stands for', () => {
    const options = { ratio: 1.5, grouping: 'filter', scale: 'norm' } as const;
    const grid = pvqGrid(weights, shape, options);
    const used = new Float32Array(weights.length);
    pvqProjection(shape, options)(weights, used);
    expect([...used]).toEqual(
      Array.from(grid.codes, (code, i) => Math.fround(code * (grid.scales[Math.floor(i / size)] ?? 0))),
    );
  });

  it('refuses ratios that are none, weights that are not finite, and codes beyond 16 bits', () => {
    for (const ratio of [0, -2, NaN, Infinity])
      expect(() => pulsesFor(10, ratio)).toThrow(`QT401: N/K = ${ratio} is no ratio`);
    const broken = weights.with(7, NaN);
    expect(() => pvqGrid(broken, shape, { ratio: 2, grouping: 'filter', scale: 'norm' })).toThrow(
      'QT602: layer "conv": a weight is not finite',
    );
    const one = Float32Array.of(1);
    const single = { ...shape, kernel: [1, 1], inChannels: 1, outChannels: 1 } as const;
    expect(() => pvqGrid(one, single, { ratio: 1e-5, grouping: 'layer', scale: 'norm' })).toThrow(
      'QT403: layer "conv": a code of 100000 does not fit 16 bits',
    );
  });
});

describe('storage', () => {
  it('takes the published bits per weight', () => {
    const bits = (length: number, ratio: number): number => {
      const point = projectOntoPyramid(drawn(length), length / ratio);
      return vectorStorage(point).exactBits / length;
    };
    const published = [
      [8, 2, 1.43],
      [16, 2, 1.55],
      [32, 2, 1.63],
      [64, 2, 1.675],
      [256, 2, 1.72],
      [16, 4, 0.96],
      [32, 4, 1.02],
      [64, 4, 1.06],
      [256, 4, 1.096],
      [16, 1, 2.32],
    ] as const;
    for (const [length, ratio, expected] of published)
      expect(Math.abs(bits(length, ratio) - expected)).toBeLessThan(0.006);
  });

  it('has whole bits for every index of the pyramid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 }), (length, pulses) => {
        const { indexBits } = vectorStorage([pulses, ...new Int16Array(length - 1)]);
        const size = pyramidSize({ length, pulses });
        expect(2n ** BigInt(indexBits)).toBeGreaterThanOrEqual(size);
        if (indexBits > 0) expect(2n ** BigInt(indexBits - 1)).toBeLessThan(size);
      }),
    );
  });

  it('restores vectors from their numbers, and refuses to number what is too large', () => {
    const point = projectOntoPyramid(drawn(200), 90);
    for (const order of ['rfc6716', 'fischer'] as const)
      expect(restoreVector(storeVector(point, order), order)).toEqual([...point]);
    expect(() => storeVector(projectOntoPyramid(drawn(2000), 1000), 'fischer')).toThrow(
      'QT404: a vector of P(2000, 1000) is too large to be numbered',
    );
  });

  it('counts runs in words of one width', () => {
    const vector = [0, 0, -3, 1, 0, 0, 0];
    expect(vectorOfRuns(runsOf(vector), 7)).toEqual(vector);
    expect(runBits([vector])).toBe(2 * (2 + 2 + 1)); // zeros 2: two bits; magnitude 3: two bits; sign
    expect(runBits([[0, 0]])).toBe(0);
  });

  it('has the entropy of its values', () => {
    expect(entropyPerValue([0, 0, 1, -1])).toBe(1.5);
    expect(entropyPerValue([5, 5, 5])).toBe(0);
  });
});
