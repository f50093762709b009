/** A small task for tests of methods: noisy, shifted templates, and a depthwise-separable network that learns them in seconds. */
import type { Dataset } from '../../../nn/index.js';
import { createRandom, type Random } from '../../../num/index.js';
import type { MethodContext } from '../../method.js';
import { modelBuilder, type FloatModel } from '../../model/index.js';
import { createTrainer } from '../../train/index.js';

const side = 8;
const classes = 6;

/** One picture of bright and dark pixels per class, the same in every set. */
const templates = Array.from({ length: classes }, (_, label) => {
  const random = createRandom(100 + label);
  return Array.from({ length: side * side }, () => (random.chance(0.5) ? 160 : 60));
});

export function templateData(name: string, count: number, seed: number): Dataset {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, () => random.integer(0, classes - 1));
  const pictures = Uint8Array.from([...labels].flatMap((label) => picture(templates[label] ?? [], random)));
  return { name, shape: [side, side, 1], classes, count, pictures, scale: 1 / 255, labels };
}

/** Shifted by up to a pixel, with noise as strong as the picture. */
function picture(template: readonly number[], random: Random): readonly number[] {
  const [dy, dx] = [random.integer(-1, 1), random.integer(-1, 1)];
  return template.map((_, i) => {
    const [y, x] = [Math.floor(i / side) + dy, (i % side) + dx];
    const inside = y >= 0 && y < side && x >= 0 && x < side;
    const value = inside ? (template[y * side + x] ?? 0) : 0;
    return Math.max(0, Math.min(255, Math.round(value + random.between(-60, 60))));
  });
}

export const templateNet = (): FloatModel => {
  const builder = modelBuilder('templates', [side, side, 1]).conv(8).batchNorm().relu();
  builder.depthwise().batchNorm().relu().pointwise(16).batchNorm().relu();
  builder.depthwise({ stride: 2 }).batchNorm().relu().pointwise(24).batchNorm().relu();
  return builder.globalAvgPool().fullyConnected(classes).build();
};

/** A trained network and what a method is given with it. */
export async function templateContext(epochs: number): Promise<MethodContext> {
  const data = { train: templateData('train', 768, 1), validation: templateData('validation', 512, 2) };
  const trainer = await createTrainer(templateNet());
  await trainer.train(data.train, {
    epochs: 12,
    batch: 32,
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 },
    schedule: { kind: 'cosine', rate: 0.1 },
    seed: 1,
  });
  const model = trainer.model();
  await trainer.close();
  return { model, input: { bits: 8, signed: false, scale: data.train.scale }, data, epochs, seed: 1 };
}

/** With few pictures, for what does not depend on how well the network learns. */
export const withFewPictures = (context: MethodContext): MethodContext => ({
  ...context,
  data: { train: templateData('few', 160, 3), validation: templateData('few to choose by', 64, 4) },
});
