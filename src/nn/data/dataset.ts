import { createRandom } from '../../num/index.js';
import { NnError } from '../errors.js';
import type { Shape } from '../ir.js';
import { elementCount } from '../ranges.js';

/** Labelled pictures in memory: value = stored number * scale, as the network's input sees it. */
export interface Dataset {
  readonly name: string;
  readonly shape: Shape;
  readonly classes: number;
  readonly count: number;
  /** [picture][y][x][channel]. */
  readonly pictures: Uint8Array | Float32Array;
  readonly scale: number;
  /** 0 .. classes - 1, one per picture. */
  readonly labels: Uint8Array;
}

/**
 * Checks counts, labels and that every number is finite; with `shape`, that a network of that input takes the pictures.
 * @throws NnError NN021 wrong shape, NN023 labels, NN024 numbers; each names the picture
 */
export function verifyDataset(set: Dataset, shape: Shape = set.shape): void {
  const where = `data set "${set.name}"`;
  if (shape.join() !== set.shape.join())
    throw new NnError(
      'NN021',
      `${where} has pictures of ${set.shape.join(' x ')}, the network takes ${shape.join(' x ')}. Give other pictures.`,
    );
  const size = elementCount(set.shape);
  if (set.count === 0) throw new NnError('NN021', `${where} has no pictures. Give at least one.`);
  if (set.pictures.length !== set.count * size)
    throw new NnError(
      'NN021',
      `${where} holds ${set.pictures.length} numbers; ${set.count} pictures of ${set.shape.join(' x ')} are ${set.count * size}.`,
    );
  if (!(set.scale > 0 && Number.isFinite(set.scale)))
    throw new NnError('NN024', `${where} has scale ${set.scale}; it must be a finite number above 0.`);
  checkLabels(where, set);
  if (set.pictures instanceof Uint8Array) return;
  const at = set.pictures.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new NnError(
      'NN024',
      `${where} holds ${set.pictures[at] ?? 0} in picture ${Math.floor(at / size)} at element ${at % size}. Leave that picture out.`,
    );
}

function checkLabels(where: string, { labels, count, classes }: Dataset): void {
  if (labels.length !== count)
    throw new NnError(
      'NN023',
      `${where} has ${labels.length} labels for ${count} pictures. One label per picture is needed.`,
    );
  const at = labels.findIndex((label) => label >= classes);
  if (at >= 0)
    throw new NnError(
      'NN023',
      `${where} labels picture ${at} as class ${labels[at] ?? 0}, but has only ${classes} classes (0 .. ${classes - 1}).`,
    );
}

/** The pictures with these numbers, in this order. @throws NnError NN024 for a number that is not there */
export function subset(set: Dataset, indices: ArrayLike<number>): Dataset {
  const size = elementCount(set.shape);
  const count = indices.length;
  const pictures =
    set.pictures instanceof Uint8Array ? new Uint8Array(count * size) : new Float32Array(count * size);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const from = indices[i] ?? 0;
    const label = set.labels[from];
    if (label === undefined)
      throw new NnError(
        'NN024',
        `data set "${set.name}" has no picture ${from}; it has 0 .. ${set.count - 1}.`,
      );
    pictures.set(set.pictures.subarray(from * size, (from + 1) * size), i * size);
    labels[i] = label;
  }
  return { ...set, count, pictures, labels };
}

/**
 * Two parts: `validationCount` pictures drawn by the seed, and the others, both in their old order.
 * @throws NnError NN024 unless 0 <= validationCount < count
 */
export function splitDataset(
  set: Dataset,
  validationCount: number,
  seed: number,
): { readonly train: Dataset; readonly validation: Dataset } {
  if (!Number.isInteger(validationCount) || validationCount < 0 || validationCount >= set.count)
    throw new NnError(
      'NN024',
      `${validationCount} pictures cannot be kept back of the ${set.count} of data set "${set.name}". Keep fewer.`,
    );
  const random = createRandom(seed);
  const order = Array.from({ length: set.count }, (_, i) => i);
  for (let i = 0; i < validationCount; i++) {
    const other = random.integer(i, set.count - 1);
    [order[i], order[other]] = [order[other] ?? 0, order[i] ?? 0];
  }
  const ascending = (indices: readonly number[]): readonly number[] => [...indices].sort((a, b) => a - b);
  return {
    train: subset(set, ascending(order.slice(validationCount))),
    validation: subset(set, ascending(order.slice(0, validationCount))),
  };
}
