/** Reads what `nomul quantize` is given: the float model, the data set, the method's configuration. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { loadDataset, splitDataset, type Dataset } from '../../nn/index.js';
import { nodeShapes, readFloatModel, type ActivationGrid, type FloatModel } from '../../quant/index.js';
import { FlowError } from '../errors.js';
import { readBytes } from '../inputs.js';
import type { QuantizeOptions } from './options.js';

export interface QuantizeInputs {
  readonly model: FloatModel;
  readonly file: { readonly file: string; readonly sha256: string };
  readonly train: Dataset;
  /** Kept back from the training pictures. */
  readonly validation: Dataset;
  readonly test: Dataset;
  /** The grid of the network's input: the pictures' own integers. */
  readonly input: ActivationGrid;
}

/** @throws FlowError UNREADABLE_FILE, WRONG_DATA; NnError, QuantError for what is in the files */
export const readQuantizeInputs = (options: QuantizeOptions): QuantizeInputs => {
  const bytes = readBytes(options.model, 'model');
  const read = readFloatModel(bytes);
  const model = { ...read, name: basename(options.model).replace(/(\.float)?\.onnx$/i, '') };
  const [folder, prefix] = folderAndPrefix(options.data);
  const sets = loadDataset(folder, prefix, options.inputScale);
  requireMatch(model, sets.train, options);
  const kept = options.validation ?? Math.min(5000, Math.floor(sets.train.count / 10));
  if (kept >= sets.train.count)
    throw new FlowError(
      'WRONG_DATA',
      `--validation ${kept} leaves nothing of the ${sets.train.count} training pictures; keep fewer back`,
    );
  const { train, validation } = splitDataset(sets.train, kept, options.seed);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    model,
    file: { file: options.model, sha256 },
    train,
    validation,
    test: sets.test,
    input: inputGrid(sets.train),
  };
};

/** `FOLDER:PREFIX`; a colon of a drive or inside the folder's name belongs to the folder when a slash follows it. */
const folderAndPrefix = (data: string): readonly [folder: string, prefix: string | undefined] => {
  const [, folder = data, prefix] = /^(.*):([^/\\:]+)$/.exec(data) ?? [];
  return [folder, prefix];
};

const requireMatch = (model: FloatModel, set: Dataset, { data }: QuantizeOptions): void => {
  if (set.shape.join() !== model.inputShape.join())
    throw new FlowError(
      'WRONG_DATA',
      `pictures of ${data} are ${set.shape.join(' x ')}, the network takes ${model.inputShape.join(' x ')}; give the data set it was trained on`,
    );
  const last = model.nodes[model.nodes.length - 1]?.name ?? '';
  const classes = nodeShapes(model).get(last)?.[2] ?? 0;
  if (set.classes > classes)
    throw new FlowError(
      'WRONG_DATA',
      `${data} has ${set.classes} classes, the network tells ${classes} apart; give the data set it was trained on`,
    );
};

/** Unsigned integers as they are stored; 8 bits where pictures are real numbers. */
const inputGrid = ({ pictures, scale }: Dataset): ActivationGrid => {
  let [least, most] = [0, 0];
  for (const value of pictures) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const signed = least < 0;
  if (pictures instanceof Uint8Array)
    return { bits: Math.max(1, Math.ceil(Math.log2(most + 1))), signed: false, scale };
  const steps = signed ? 127 : 255;
  return { bits: 8, signed, scale: (Math.max(most, -least) * scale) / steps || 1 };
};
