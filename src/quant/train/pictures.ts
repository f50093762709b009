/** From a data set to the numbers of a batch: order, augmentation, checks. */
import type { Dataset, Shape } from '../../nn/index.js';
import { createRandom, type Random } from '../../num/index.js';
import { QuantError } from '../errors.js';
import type { Augmentation } from './types.js';

/** Independent random numbers for each list of integers, e.g. seed, epoch and step. */
export function randomOf(...parts: readonly number[]): Random {
  let mixed = 0;
  for (const part of parts) mixed = Math.imul(mixed ^ part, 0x9e3779b1) ^ (mixed >>> 15);
  return createRandom(mixed);
}

/** The numbers 0 .. count - 1 in random order. */
export function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(0, last);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Pictures as the network reads them, augmented when a source of random numbers is given. */
export function picturesOf(
  data: Dataset,
  indices: readonly number[],
  augmentation?: Augmentation,
  random?: Random,
): Float32Array {
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  const values = new Float32Array(indices.length * size);
  indices.forEach((picture, at) => {
    if (augmentation === undefined || random === undefined) {
      copyScaled(data, picture * size, values, at * size, size);
      return;
    }
    const { shift } = augmentation;
    const flip = augmentation.flip && random.chance(0.5);
    const [down, right] = shift > 0 ? [random.integer(-shift, shift), random.integer(-shift, shift)] : [0, 0];
    copyMoved(data, picture * size, values, at * size, { flip, down, right });
  });
  return values;
}

function copyScaled(
  { pictures, scale }: Dataset,
  from: number,
  values: Float32Array,
  to: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) values[to + i] = (pictures[from + i] ?? 0) * scale;
}

function copyMoved(
  { shape, pictures, scale }: Dataset,
  from: number,
  values: Float32Array,
  to: number,
  { flip, down, right }: { readonly flip: boolean; readonly down: number; readonly right: number },
): void {
  const [height, width, channels]: Shape = shape;
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const column = flip ? width - 1 - (x - right) : x - right;
      const source = from + ((y - down) * width + column) * channels;
      const target = to + (y * width + x) * channels;
      for (let c = 0; c < channels; c++) values[target + c] = (pictures[source + c] ?? 0) * scale;
    }
  }
}

export const labelsOf = (data: Dataset, indices: readonly number[]): Int32Array =>
  Int32Array.from(indices, (picture) => data.labels[picture] ?? 0);

/** @throws QuantError QT100 when the network cannot read the pictures or has no logit for a label */
export function checkDataset(data: Dataset, input: Shape, classes: number): void {
  const fail = (problem: string): never => {
    throw new QuantError('QT100', `data set "${data.name}" ${problem}`);
  };
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  if (data.count === 0) fail('has no pictures. Give at least one.');
  if (!(data.scale > 0 && Number.isFinite(data.scale)))
    fail(`has scale ${data.scale}. Give a finite number above 0, for example 1/256.`);
  if (data.shape.join() !== input.join())
    fail(
      `has pictures of ${data.shape.join('x')}, the network reads ${input.join('x')}. Use the data it was made for.`,
    );
  if (data.pictures.length !== data.count * size)
    fail(
      `declares ${data.count} pictures of ${size} numbers but holds ${data.pictures.length} numbers. Load it again.`,
    );
  if (data.labels.length !== data.count)
    fail(`has ${data.count} pictures but ${data.labels.length} labels. Give one label per picture.`);
  const label = data.labels.find((one) => one >= classes);
  if (label !== undefined)
    fail(`has label ${label}, the network has ${classes} logits. Use a network with a logit per class.`);
  if (!(data.pictures instanceof Float32Array)) return;
  const bad = data.pictures.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    fail(
      `holds ${data.pictures[bad] ?? 0} in picture ${Math.floor(bad / size)}. Remove or repair that picture.`,
    );
}
