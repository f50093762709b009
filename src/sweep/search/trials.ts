/** A design made real: its network re-trained and judged by validation pictures. What was tried is kept. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { accuracyOfIntegers, multipliersFor } from '../../flow/index.js';
import { importOnnx, subset, type IntegerNetwork } from '../../nn/index.js';
import { approximate, famesConfigSchema, mixed, writeModel, type LayerFormat } from '../../quant/index.js';
import { hashOf } from '../canonical.js';
import { makeFolder, replaceFile } from '../store/index.js';
import type { SpaceContext } from './space.js';

export interface Trial {
  /** QONNX. */
  readonly file: Uint8Array;
  readonly network: IntegerNetwork;
  /** Of the exact integer network, on validation pictures. */
  readonly accuracy: number;
}

/** What a trial depends on beside the run's own inputs. */
export interface TrialRequest {
  readonly formats: Readonly<Record<string, LayerFormat>>;
  readonly activationBits: number;
  readonly epochs: number;
  /** Then exact multipliers give way to approximate ones of at most this share of their energy (FAMES). */
  readonly energyBudget?: number;
}

export type Trials = (request: TrialRequest) => Promise<Trial>;

const recordSchema = z.strictObject({ accuracy: z.number() });

/** Trials of one run, in `folder`; one that is there is read, not trained again. @throws QuantError */
export const openTrials =
  (context: SpaceContext, folder: string): Trials =>
  async (request) => {
    const { inputs, options } = context;
    const { model, file, train, validation } = inputs;
    const name = hashOf({
      model: file.sha256,
      data: [train.name, train.count, validation.count, train.scale],
      seed: options.seed,
      ...{ formats: { ...request.formats }, activationBits: request.activationBits, epochs: request.epochs },
      ...(request.energyBudget === undefined ? {} : { energyBudget: request.energyBudget }),
    }).slice(0, 24);
    const [onnx, record] = [join(folder, `${name}.onnx`), join(folder, `${name}.json`)];
    // The record is written last.
    if (existsSync(record)) {
      const bytes = new Uint8Array(readFileSync(onnx));
      const { accuracy } = recordSchema.parse(JSON.parse(readFileSync(record, 'utf8')));
      return { file: bytes, network: read(bytes, model.name), accuracy };
    }
    makeFolder(join(folder, 'checkpoints'));
    const bytes = await retrain(context, request, join(folder, 'checkpoints'));
    const network = read(bytes, model.name);
    const accuracy = await accuracyOfIntegers(network, validation, hooksOf(context));
    replaceFile(onnx, bytes);
    replaceFile(record, `${JSON.stringify({ accuracy })}\n`);
    return { file: bytes, network, accuracy };
  };

const hooksOf = ({ signal }: SpaceContext) => (signal === undefined ? {} : { signal });

const read = (bytes: Uint8Array, name: string): IntegerNetwork => importOnnx(bytes, { name }).network;

const retrain = async (
  { inputs, options, progress, signal }: SpaceContext,
  { formats, activationBits, epochs, energyBudget }: TrialRequest,
  checkpoints: string,
): Promise<Uint8Array> => {
  const { model, input, train, validation } = inputs;
  const run = {
    ...{ checkpoints, data: { train, validation }, seed: options.seed },
    ...(signal === undefined ? {} : { signal }),
  };
  const { quantized } = await mixed({ layers: { ...formats }, activationBits })({
    ...{ ...run, model, input, epochs },
    progress: ({ phase, epoch, epochs: all, step, steps }) =>
      progress(`${phase}, epoch ${epoch + 1} of ${all}`, step, steps),
  });
  if (energyBudget === undefined) return writeModel(quantized, 'qonnx');
  // Layers without multipliers have nothing to gain, and factors have nodes of their own.
  const multiplies = (layer: string): boolean => formats[layer]?.kind === 'int';
  const settings = famesConfigSchema.parse({ energyBudget });
  // Gains and biases are fitted to the pictures of the estimate: those that judge the trial must be others.
  const data = { train, validation: subset(validation, []) };
  const changed = await approximate(quantized, multipliersFor, { ...run, data }, settings, multiplies);
  return writeModel(changed.quantized, 'qonnx');
};
