import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../num/index.js';
import type { ConvLayer, Dataset } from '../../nn/index.js';
import { modelBuilder, withWeights, type FloatModel } from '../model/index.js';
import { createTrainer } from '../train/index.js';
import { countingMatrix, tableLength } from './counting.js';
import { depthOf, prepareGather, type ProductLayer } from './layers.js';
import { curvatures } from './hessian.js';
import { createCollector, dot, fisherPrediction, pictureEffects } from './statistics.js';

/** A quantized convolution, then what is smooth in its output but for the kink of ReLU: ReLU, mean, linear, cross entropy. */
const random = createRandom(11);
const [size, channels, classes, actBits, weightBits] = [6, 4, 3, 4, 3];
const [actScale, weightScale] = [0.125, 0.25];
const pictureCount = 5;
const depth = 9 * 2;
const codes = Int16Array.from({ length: channels * depth }, () => random.integer(-3, 3));
const built = modelBuilder('small', [size, size, 2], 5).conv(channels).relu().globalAvgPool();
const quantized = withWeights(built.fullyConnected(classes).build(), {
  conv1: Float32Array.from(codes, (code) => code * weightScale),
});
/** Off the grid of the accumulators: none lies at the kink. */
const bias = 0.4 * actScale * weightScale;
const model: FloatModel = {
  ...quantized,
  nodes: quantized.nodes.map((node) =>
    node.name === 'conv1' && node.kind === 'conv'
      ? { ...node, bias: new Float32Array(channels).fill(bias) }
      : node,
  ),
};
const data: Dataset = {
  ...{ name: 'random', shape: [size, size, 2], classes, count: pictureCount, scale: actScale },
  pictures: Uint8Array.from({ length: pictureCount * size * size * 2 }, () => random.integer(0, 15)),
  labels: Uint8Array.from({ length: pictureCount }, () => random.integer(0, classes - 1)),
};
const layer: ConvLayer = {
  ...{ kind: 'conv', name: 'conv1', input: 'input', output: 'conv1', kernel: [3, 3], stride: [1, 1] },
  padding: { top: 1, left: 1, bottom: 1, right: 1 },
  ...{ depthwise: false, weights: codes, weightBits, weightFormat: 'int', product: 'exact' },
  bias: Array.from({ length: channels }, () => 0),
};
const of: ProductLayer = {
  ...{ name: 'conv1', layer, input: [size, size, 2], output: [size, size, channels] },
  ...{ actBits, actSigned: false, weightBits, products: size * size * channels * depth },
  weightCodes: Uint8Array.from(codes, (code) => code & 7),
};
const scales = Array.from({ length: channels }, () => actScale * weightScale);
const everyPicture = Array.from({ length: pictureCount }, (_, i) => i);

function columnsOf(picture: number): Uint8Array {
  const values = Int32Array.from(
    data.pictures.slice(picture * size * size * 2, (picture + 1) * size * size * 2),
  );
  const columns = new Uint8Array(size * size * depthOf(of));
  prepareGather(of)(values, 0, columns, 0);
  return columns;
}

const counts = everyPicture.map((picture) => {
  const columns = columnsOf(picture);
  return Array.from({ length: size * size * channels }, (_, i) =>
    countingMatrix(of, columns, Math.floor(i / channels), i % channels),
  );
});
const exact = Float64Array.from({ length: tableLength(of) }, (_, entry) => {
  const weight = entry % 8;
  return Math.floor(entry / 8) * (weight >= 4 ? weight - 8 : weight);
});

/** The picture's loss with any real-valued product table, in double precision. */
function lossWith(table: Float64Array, picture: number): number {
  const [linear] = model.nodes.filter((node) => node.name === 'fullyConnected1');
  if (linear?.kind !== 'conv') throw new Error('the network has no linear layer');
  const means = new Float64Array(channels);
  counts[picture]?.forEach((matrix, i) => {
    const acc = matrix.reduce((sum, count, entry) => sum + count * (table[entry] ?? 0), 0);
    means[i % channels] =
      (means[i % channels] ?? 0) + Math.max(0, acc * actScale * weightScale + bias) / (size * size);
  });
  const logits = Array.from({ length: classes }, (_, o) =>
    means.reduce(
      (sum, value, c) => sum + value * (linear.weights[o * channels + c] ?? 0),
      linear.bias?.[o] ?? 0,
    ),
  );
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return Math.log(total) - (logits[data.labels[picture] ?? 0] ?? 0);
}

const trainer = await createTrainer(model);
afterAll(() => trainer.close());
const { taps } = await trainer.gradients(data, everyPicture, ['conv1'], 'evaluate');

const directions = Array.from({ length: 6 }, () =>
  Float64Array.from({ length: tableLength(of) }, () => random.between(-1, 1)),
);
const collector = createCollector(of, scales, directions);
const outputs = size * size * channels;
for (const picture of everyPicture) {
  const own = (taps['conv1'] ?? new Float32Array()).slice(picture * outputs, (picture + 1) * outputs);
  collector.add(
    columnsOf(picture),
    own.map((value) => value * pictureCount),
  );
}
const statistics = collector.finish();

const step = 1e-4;
const moved = (errors: Float64Array, by: number): Float64Array =>
  exact.map((product, entry) => product + by * (errors[entry] ?? 0));
const slope = (errors: Float64Array, picture: number): number =>
  (lossWith(moved(errors, step), picture) - lossWith(moved(errors, -step), picture)) / (2 * step);
const meanSlope = (errors: Float64Array): number =>
  everyPicture.reduce((sum, picture) => sum + slope(errors, picture), 0) / pictureCount;

test('dLoss/dTable from one backward pass equals finite differences of the loss to 1e-4, entry by entry', () => {
  const greatest = Math.max(...statistics.gradient.map(Math.abs));
  expect(greatest).toBeGreaterThan(1e-3);
  statistics.gradient.forEach((value, entry) => {
    const difference = meanSlope(new Float64Array(tableLength(of)).fill(1, entry, entry + 1));
    expect(Math.abs(value - difference)).toBeLessThan(1e-4 * greatest);
  });
});

test('the effect of an error table on each picture equals finite differences to 1e-4', () => {
  directions.forEach((errors, candidate) => {
    const slopes = everyPicture.map((picture) => slope(errors, picture));
    const greatest = Math.max(...slopes.map(Math.abs));
    pictureEffects(statistics, candidate, false).forEach((effect, picture) => {
      expect(Math.abs(effect - (slopes[picture] ?? NaN))).toBeLessThan(1e-4 * greatest);
    });
    const { first, second } = fisherPrediction(statistics, candidate, false);
    expect(first).toBeCloseTo(meanSlope(errors), 5);
    expect(second).toBeCloseTo(slopes.reduce((sum, each) => sum + each * each, 0) / pictureCount / 2, 4);
  });
});

test('the curvature along an error table equals second differences of the loss to 1 %', async () => {
  const small = directions.map((errors) => errors.map((error) => error / 30));
  const changes = small.map((errors) =>
    Float32Array.from(
      counts.flat(),
      (matrix) => dot(Float64Array.from(matrix), errors) * actScale * weightScale,
    ),
  );
  // Nothing crosses the kink on the way.
  for (const change of changes) expect(Math.max(...change.map(Math.abs))).toBeLessThan(bias);
  const request = { model, quantizers: {}, data, pictures: everyPicture, node: 'conv1', step: 1 };
  const found = await curvatures(request, changes);
  const meanLoss = (errors: Float64Array, by: number): number =>
    everyPicture.reduce((sum, picture) => {
      const table = exact.map((product, entry) => product + by * (errors[entry] ?? 0));
      return sum + lossWith(table, picture) / pictureCount;
    }, 0);
  small.forEach((errors, i) => {
    const expected = (meanLoss(errors, 1) - 2 * meanLoss(errors, 0) + meanLoss(errors, -1)) / 2;
    expect(Math.abs((found[i] ?? NaN) - expected)).toBeLessThan(0.01 * Math.abs(expected));
  });
});

test('the shift of a candidate is the mean change of each channels accumulators', () => {
  directions.forEach((errors, candidate) => {
    const sums = new Float64Array(channels);
    counts.forEach((matrices) =>
      matrices.forEach((matrix, i) => {
        const change = matrix.reduce((sum, count, entry) => sum + count * (errors[entry] ?? 0), 0);
        sums[i % channels] = (sums[i % channels] ?? 0) + change / (pictureCount * size * size);
      }),
    );
    statistics.shifts[candidate]?.forEach((shift, channel) =>
      expect(shift).toBeCloseTo(sums[channel] ?? NaN, 9),
    );
  });
});
