import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../nn/index.js';
import { createRandom } from '../../num/index.js';
import type { Quantizers } from '../train/index.js';
import type { ActivationGrid, FloatModel } from '../model/index.js';
import {
  activationGrid,
  calibrateActivations,
  createHistogram,
  quantizeWeights,
  sensitivity,
  spreadPictures,
  uniformProjection,
  weightGrid,
  weightsOfGrid,
  type CalibrationMethod,
} from './index.js';

const methods: readonly CalibrationMethod[] = ['minMax', 'percentile', 'mse'];
const methodOf = fc.constantFrom(...methods);
const bitsOf = fc.integer({ min: 2, max: 8 });
const realOf = fc.float({ min: -8, max: 8, noNaN: true });

/** Bell-shaped with a few outliers, as activations are. */
const drawn = (seed: number, count: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const bell = random.unit() + random.unit() + random.unit() + random.unit() - 2;
    return random.chance(0.01) ? 5 * bell : bell;
  });
};

const histogramOf = (values: Float32Array) => {
  const builder = createHistogram();
  expect(builder.add(values)).toBe(true);
  return builder.read();
};

const errorOn = (values: Float32Array, { bits, signed, scale }: ActivationGrid): number => {
  const hi = 2 ** (signed ? bits - 1 : bits) - 1;
  const rounded = (value: number): number =>
    scale * Math.max(signed ? -hi : 0, Math.min(hi, Math.round(value / scale)));
  return values.reduce((sum, value) => sum + (value - rounded(value)) ** 2, 0);
};

const squaredDistance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);

const data: Dataset = {
  name: 'drawn',
  shape: [1, 1, 4],
  classes: 2,
  count: 100,
  pictures: drawn(1, 400),
  scale: 1,
  labels: new Uint8Array(100),
};

describe('weight grids', () => {
  it('have codes in range, positive scales, and errors of half a step where nothing is cut off', () => {
    fc.assert(
      fc.property(
        fc.array(realOf, { minLength: 4, maxLength: 4 }),
        fc.array(realOf, { minLength: 4, maxLength: 4 }),
        bitsOf,
        methodOf,
        fc.boolean(),
        (a, b, bits, method, perChannel) => {
          const weights = Float32Array.from([...a, ...b]);
          const grid = weightGrid(weights, 2, { bits, method, perChannel });
          const levels = 2 ** (bits - 1) - 1;
          expect(grid.scales.length).toBe(perChannel ? 2 : 1);
          expect(grid.scales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
          expect(grid.codes.every((code) => Math.abs(code) <= levels)).toBe(true);
          if (method !== 'minMax') return;
          const rounded = weightsOfGrid(grid);
          weights.forEach((weight, i) => {
            const step = grid.scales[perChannel ? Math.floor(i / 4) : 0] ?? 0;
            expect(Math.abs(weight - (rounded[i] ?? 0))).toBeLessThanOrEqual(step * 0.50001);
          });
        },
      ),
    );
  });

  it('chosen by squared error are never worse than min-max', () => {
    fc.assert(
      fc.property(fc.array(realOf, { minLength: 1, maxLength: 60 }), bitsOf, (values, bits) => {
        const weights = Float32Array.from(values);
        const [ranged, searched] = (['minMax', 'mse'] as const).map((method) =>
          squaredDistance(
            weights,
            weightsOfGrid(weightGrid(weights, 1, { bits, method, perChannel: false })),
          ),
        );
        expect(searched).toBeLessThanOrEqual((ranged ?? 0) * (1 + 1e-6));
      }),
    );
  });

  it('of a layer of zeros have scale 1 and codes 0', () => {
    for (const method of methods) {
      const grid = weightGrid(new Float32Array(6), 3, { bits: 4, method, perChannel: true });
      expect([...grid.scales]).toEqual([1, 1, 1]);
      expect([...grid.codes]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  it('by percentile leave the outlier out, and count no zeros', () => {
    const weights = Float32Array.from([
      ...Array.from({ length: 99 }, () => 1),
      100,
      ...new Float32Array(900),
    ]);
    const grid = weightGrid(weights, 1, { bits: 4, method: 'percentile', percentile: 99, perChannel: false });
    expect(grid.scales[0]).toBeCloseTo(1 / 7, 6);
  });
});

describe('activation grids', () => {
  it('chosen by squared error are never worse than min-max on the values themselves', () => {
    fc.assert(
      fc.property(fc.integer(), bitsOf, fc.boolean(), (seed, bits, rectified) => {
        const values = drawn(seed, 3000).map((value) => (rectified ? Math.max(0, value) : value));
        const histogram = histogramOf(values);
        const ranged = errorOn(values, activationGrid(histogram, { bits, method: 'minMax' }));
        const searched = errorOn(values, activationGrid(histogram, { bits, method: 'mse' }));
        // 2 %: values across a rounding border are known as their bin's mean only
        expect(searched).toBeLessThanOrEqual(ranged * 1.02);
      }),
      { numRuns: 30 },
    );
  });

  it('do not depend on the order of the values', () => {
    const values = drawn(3, 2000);
    for (const method of methods)
      expect(activationGrid(histogramOf(values.toReversed()), { bits: 5, method }).scale).toBeCloseTo(
        activationGrid(histogramOf(values), { bits: 5, method }).scale,
        9,
      );
  });

  it('are unsigned where no value is negative, and reach the greatest value by min-max', async () => {
    const trainer = {
      outputs: (from: Dataset, pictures: readonly number[], nodes: readonly string[]) => {
        const seen = Float32Array.from(
          pictures.flatMap((picture) => [...from.pictures.slice(4 * picture, 4 * picture + 4)]),
        );
        const of = (node: string): Float32Array => (node === 'relu' ? seen.map((x) => Math.max(0, x)) : seen);
        return Promise.resolve(Object.fromEntries(nodes.map((node) => [node, of(node)])));
      },
    };
    const grids = await calibrateActivations(trainer, data, ['relu', 'add'], { bits: 8, method: 'minMax' });
    const greatest = Math.max(...data.pictures);
    expect(grids['relu']).toEqual({ bits: 8, signed: false, scale: Math.fround(greatest / 255) });
    expect(grids['add']?.signed).toBe(true);
    const nan = { outputs: () => Promise.resolve({ relu: Float32Array.of(NaN) }) };
    await expect(calibrateActivations(nan, data, ['relu'], { bits: 8, method: 'mse' })).rejects.toThrow(
      'QT602: node "relu" puts out values that are not finite',
    );
  });

  it('look at pictures spread over the whole data set', () => {
    expect(spreadPictures(data, 4)).toEqual([0, 25, 50, 75]);
    expect(spreadPictures(data, 1000).length).toBe(100);
    expect(() => spreadPictures(data, 0)).toThrow('QT601');
  });
});

const dense = (name: string, input: string, weights: readonly number[]): FloatModel['nodes'][number] => ({
  kind: 'conv',
  name,
  input,
  kernel: [1, 1],
  stride: [1, 1],
  padding: { top: 0, left: 0, bottom: 0, right: 0 },
  depthwise: false,
  inChannels: 2,
  outChannels: 2,
  weights: Float32Array.from(weights),
});

const model: FloatModel = {
  name: 'two',
  input: 'x',
  inputShape: [1, 1, 2],
  nodes: [dense('first', 'x', [1, -0.3, 0.2, 0.5]), dense('last', 'first', [1, 0, 0, 1])],
};

describe('quantizeWeights', () => {
  const eight = { bits: 8, method: 'minMax', perChannel: true } as const;

  it('lists every layer and puts code * scale into the model', () => {
    const two = { bits: 2, method: 'minMax', perChannel: false } as const;
    const { weights, model: after } = quantizeWeights(model, { default: eight, nodes: { first: two } });
    expect(Object.keys(weights)).toEqual(['first', 'last']);
    const [first] = after.nodes;
    expect(first?.kind === 'conv' && [...first.weights]).toEqual([1, 0, 0, 0]);
  });

  it('refuses layers that are not there, bits out of range and weights that are not finite', () => {
    expect(() => quantizeWeights(model, { default: eight, nodes: { lost: eight } })).toThrow(
      'QT603: "lost" is no layer with weights of this model. Those are: first, last.',
    );
    expect(() => weightGrid(new Float32Array(4), 2, { ...eight, bits: 1 }, 'layer "a"')).toThrow(
      'QT601: layer "a": 1 bits are not possible; ask for 2 to 16.',
    );
    expect(() => weightGrid(new Float32Array(4), 3, eight)).toThrow('4 weights do not divide into 3');
    expect(() => weightGrid(Float32Array.of(Infinity), 1, eight)).toThrow('QT602');
  });
});

describe('sensitivity', () => {
  /** Logits = the projected weights of a and b, added. */
  const trainerOf = () => {
    let quantizers: Quantizers = {};
    const weights = { a: Float32Array.of(1, 0.96), b: Float32Array.of(0.5, 0.5) };
    return {
      setQuantizers: (next: Quantizers) => void (quantizers = next),
      logits: () => {
        const used = Object.entries(weights).map(([node, latent]) => {
          const to = latent.slice();
          quantizers.projections?.[node]?.(latent, to);
          return to;
        });
        return Promise.resolve(Float32Array.from([0, 1], (i) => (used[0]?.[i] ?? 0) + (used[1]?.[i] ?? 0)));
      },
    };
  };

  it('measures one layer at a time, and unchanged logits as 0', async () => {
    const rounded = uniformProjection(1, { bits: 4, method: 'minMax', perChannel: false });
    const swap = (latent: Float32Array, used: Float32Array): void => used.set(latent.toReversed());
    const [a, b] = await sensitivity(
      trainerOf(),
      { ...data, classes: 1 },
      { a: swap, b: rounded },
      { pictures: 1 },
    );
    expect(a?.layer).toBe('a');
    expect(a?.logitError).toBeCloseTo((2 * 0.04 ** 2) / (1.5 ** 2 + 1.46 ** 2), 6);
    expect(a?.changed).toBe(1);
    expect(b).toEqual({ layer: 'b', logitError: 0, changed: 0 });
  });
});
