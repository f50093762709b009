/** A small network with every kind of layer, and pictures that it can learn. */
import type { Dataset } from '../../../nn/index.js';
import { createRandom } from '../../../num/index.js';
import { modelBuilder, type FloatModel } from '../../model/index.js';
import type { Recipe } from '../types.js';

/** Standard (also strided and padded), depthwise, pointwise and fully connected layers, a residual, both poolings. */
export const everyLayer = (): FloatModel => {
  const start = modelBuilder('every layer', [8, 8, 2], 3)
    .conv(6, { name: 'first', bias: true })
    .batchNorm()
    .relu();
  const skip = start.last;
  return start
    .depthwise({ name: 'dw' })
    .batchNorm({ name: 'norm' })
    .relu({ max: 6 })
    .pointwise(6, { name: 'pw' })
    .batchNorm()
    .add(skip, { name: 'sum' })
    .relu()
    .conv(8, { name: 'strided', stride: 2 })
    .relu()
    .maxPool({ kernel: 3, stride: 1, padding: 1 })
    .globalAvgPool()
    .fullyConnected(4, { name: 'fc' })
    .build();
};

/** Normalization without anything that loses information behind it. */
export const smallNet = (seed = 5): FloatModel =>
  modelBuilder('small', [8, 8, 2], seed)
    .conv(8, { name: 'first', stride: 2 })
    .batchNorm({ name: 'norm' })
    .relu({ name: 'active' })
    .pointwise(8, { name: 'pw' })
    .batchNorm()
    .relu()
    .globalAvgPool()
    .fullyConnected(4, { name: 'fc' })
    .build();

/** Noise with a bright vertical or horizontal bar in the first or the second channel: four classes. */
export function bars(count: number, seed: number): Dataset {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, (_, picture) => picture % 4);
  const pictures = new Uint8Array(count * 128);
  labels.forEach((label, picture) => {
    const place = random.integer(1, 6);
    for (let i = 0; i < 128; i++) {
      const [y, x, channel] = [i >> 4, (i >> 1) & 7, i & 1];
      const onBar = (label < 2 ? y : x) === place && channel === label % 2;
      pictures[picture * 128 + i] = random.integer(0, 63) + (onBar ? 192 : 0);
    }
  });
  return { name: 'bars', shape: [8, 8, 2], classes: 4, count, pictures, scale: 1 / 255, labels };
}

/** The same pictures `times` over. */
export const repeated = (set: Dataset, times: number): Dataset => ({
  ...set,
  count: set.count * times,
  pictures: Uint8Array.from(
    { length: set.pictures.length * times },
    (_, i) => set.pictures[i % set.pictures.length] ?? 0,
  ),
  labels: Uint8Array.from({ length: set.count * times }, (_, i) => set.labels[i % set.count] ?? 0),
});

export const recipe: Recipe = {
  epochs: 3,
  batch: 32,
  optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-3 },
  schedule: { kind: 'cosine', rate: 0.1, warmup: 0.1 },
  augmentation: { flip: true, shift: 1 },
  seed: 7,
};
