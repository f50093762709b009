/** Data sets of a folder: IDX files in four parts (the MNIST family), or the digits of UCI's optdigits as CSV. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { NnError } from '../errors.js';
import type { Shape } from '../ir.js';
import type { NumericArray } from './array.js';
import { parseDigits } from './csv.js';
import { verifyDataset, type Dataset } from './dataset.js';
import { loadLabels, loadSamples } from './samples.js';

export interface Datasets {
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * The labelled pictures of a folder, each file also gzipped. IDX: `PREFIXtrain-images-idx3-ubyte`, `PREFIXtrain-labels-idx1-ubyte`
 * and the same with `t10k`. CSV: `optdigits.tra.csv` and `optdigits.tes.csv`, read where no IDX files of that prefix (none, or
 * "optdigits") are there. `inputScale`: real = stored number * inputScale; default 1/256 for IDX, 1/16 for CSV.
 * @throws NnError NN020 to NN025
 */
export function loadDataset(folder: string, prefix = '', inputScale?: number): Datasets {
  const sets =
    /^(optdigits\.?)?$/.test(prefix) && find(folder, `${prefix}train-images-idx3-ubyte`) === undefined
      ? loadDigits(folder, prefix, inputScale)
      : loadIdx(folder, prefix, inputScale);
  verifyDataset(sets.train);
  verifyDataset(sets.test);
  return sets;
}

const find = (folder: string, name: string): string | undefined =>
  ['', '.gz'].map((ending) => join(folder, name + ending)).find((path) => existsSync(path));

function required(folder: string, name: string, use: string): string {
  const path = find(folder, name);
  if (path !== undefined) return path;
  throw new NnError(
    'NN025',
    `folder "${folder}" has no file ${name} (or ${name}.gz), ${use}. ${available(folder)}`,
  );
}

/** What the folder could be asked for instead. */
function available(folder: string): string {
  const files =
    statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
  const prefixes = files.flatMap((file) => /^(.*)train-images-idx3-ubyte(\.gz)?$/.exec(file)?.[1] ?? []);
  const digits = files.some((file) => file.startsWith('optdigits.tra.csv')) ? ['optdigits'] : [];
  const known = [...prefixes, ...digits].map((name) => `"${name}"`).join(', ');
  return known === ''
    ? 'Give a folder with IDX files or the optdigits CSV files.'
    : `Complete there: ${known}.`;
}

function loadIdx(folder: string, prefix: string, inputScale = 1 / 256): Datasets {
  const part = (name: 'train' | 't10k', use: string): Dataset => {
    const images = required(folder, `${prefix}${name}-images-idx3-ubyte`, use);
    const labels = required(folder, `${prefix}${name}-labels-idx1-ubyte`, 'the labels of those pictures');
    return idxPart(
      `${prefix}${name}`,
      loadSamples(images),
      byteLabels(loadLabels(labels), labels),
      inputScale,
    );
  };
  const train = part('train', 'the training pictures (a test set alone cannot train a network)');
  return sameClasses(train, part('t10k', 'the test pictures'));
}

function idxPart(name: string, { dims, data }: NumericArray, labels: Uint8Array, scale: number): Dataset {
  const [count = 0, height = 0, width = 0, channels = 1] = dims;
  if (dims.length < 3 || dims.length > 4)
    throw new NnError(
      'NN021',
      `pictures "${name}" have shape [${dims.join(', ')}]; [count, height, width] is needed.`,
    );
  const pictures = data instanceof Uint8Array ? data : Float32Array.from(data);
  return datasetOf(name, [height, width, channels], pictures, scale, labels, count);
}

function byteLabels(labels: Int32Array, path: string): Uint8Array {
  const at = labels.findIndex((label) => label < 0 || label > 255);
  if (at >= 0)
    throw new NnError(
      'NN023',
      `label file "${path}" holds class ${labels[at] ?? 0} for picture ${at}; 0 to 255 are possible.`,
    );
  return Uint8Array.from(labels);
}

function loadDigits(folder: string, prefix: string, inputScale = 1 / 16): Datasets {
  const part = (name: 'tra' | 'tes'): Dataset => {
    const use = prefix === '' ? 'nor IDX files without a prefix' : 'one half of the digits';
    const path = required(folder, `optdigits.${name}.csv`, use);
    const { pictures, labels } = parseDigits(textOf(path), path);
    return datasetOf(`optdigits.${name}`, [8, 8, 1], pictures, inputScale, labels, labels.length);
  };
  return sameClasses(part('tra'), part('tes'));
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NnError(
      'NN020',
      `data file "${path}" cannot be read (${reason}). Check that it was copied completely.`,
    );
  }
}

const datasetOf = (
  name: string,
  shape: Shape,
  pictures: Dataset['pictures'],
  scale: number,
  labels: Uint8Array,
  count: number,
): Dataset => ({
  name,
  shape,
  classes: labels.reduce((most, label) => Math.max(most, label + 1), 0),
  count,
  pictures,
  scale,
  labels,
});

/** Both parts know the classes of both. */
function sameClasses(train: Dataset, test: Dataset): Datasets {
  const classes = Math.max(train.classes, test.classes);
  if (train.shape.join() !== test.shape.join())
    throw new NnError(
      'NN021',
      `training pictures are ${train.shape.join(' x ')}, test pictures ${test.shape.join(' x ')}. Both must be equal.`,
    );
  return { train: { ...train, classes }, test: { ...test, classes } };
}
