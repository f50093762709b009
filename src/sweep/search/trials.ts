/** A design made real: its network re-trained and judged by validation pictures. What was tried is kept. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { multipliersFor, recognizedByIntegers, shareOf } from '../../flow/index.js';
import { importOnnx, subset, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import { approximate, famesConfigSchema, mixed, writeModel, type LayerFormat } from '../../quant/index.js';
import { hashOf, sha256 } from '../canonical.js';
import { makeFolder, replaceFile } from '../store/index.js';
import type { SearchContext } from './context.js';
import { lossOf, type Loss } from './loss.js';

export interface Trial {
  /** QONNX. */
  readonly file: Uint8Array;
  readonly network: IntegerNetwork;
  /** Of the exact integer network, on validation pictures. */
  readonly accuracy: number;
  /** Against the float network, on the same pictures. */
  readonly loss: Loss;
  /** Of training and judging, when that was done. */
  readonly cpuSeconds: number;
}

/** What a trial depends on beside the run's own inputs. */
export interface TrialRequest {
  readonly formats: Readonly<Record<string, LayerFormat>>;
  readonly activationBits: number;
  readonly epochs: number;
  /** Then exact multipliers of some layers give way to approximate ones (FAMES). */
  readonly approximate?: Approximation;
}

export interface Approximation {
  readonly layers: readonly string[];
  /** Share of the exact products' energy, at most. */
  readonly energyBudget: number;
}

export type Trials = (request: TrialRequest) => Promise<Trial>;

/** To be raised when the same request makes another network: trials of before are trained again. */
const version = 1;

const recordSchema = z.strictObject({
  accuracy: z.number(),
  loss: z.strictObject({ share: z.number(), standardError: z.number() }),
  cpuSeconds: z.number(),
});

/**
 * Trials of one run, in `folder`; one that is there is read, not trained again. `float`: which validation pictures the float
 * network knows. @throws QuantError
 */
export const openTrials = (context: SearchContext, folder: string, float: readonly boolean[]): Trials => {
  const { inputs, options } = context;
  const { model, file, train, validation } = inputs;
  const data = [train, validation].map(dataHash);
  return async (request) => {
    const name = hashOf({
      ...{ version, model: file.sha256, data, seed: options.seed },
      ...{ formats: { ...request.formats }, activationBits: request.activationBits, epochs: request.epochs },
      ...(request.approximate === undefined ? {} : { approximate: hashOf({ ...request.approximate }) }),
    }).slice(0, 24);
    const [onnx, record] = [join(folder, `${name}.onnx`), join(folder, `${name}.json`)];
    const before = recordIn(record);
    if (before !== undefined) {
      const bytes = new Uint8Array(readFileSync(onnx));
      return { file: bytes, network: read(bytes, model.name), ...before };
    }
    makeFolder(join(folder, 'checkpoints'));
    const started = process.cpuUsage();
    const bytes = await retrain(context, request, join(folder, 'checkpoints'));
    const network = read(bytes, model.name);
    const right = await recognizedByIntegers(network, validation, hooksOf(context));
    const { user, system } = process.cpuUsage(started);
    const known = { accuracy: shareOf(right), loss: lossOf(float, right), cpuSeconds: (user + system) / 1e6 };
    replaceFile(onnx, bytes);
    replaceFile(record, `${JSON.stringify(known)}\n`);
    return { file: bytes, network, ...known };
  };
};

/** Written after the network. undefined: there is none, or one of another version of nomul. */
const recordIn = (path: string): z.output<typeof recordSchema> | undefined =>
  existsSync(path) ? recordSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data : undefined;

/** Of every picture and label. */
const dataHash = ({ pictures, labels, scale }: Dataset): string =>
  hashOf({ pictures: sha256(bytesOf(pictures)), labels: sha256(labels), scale });

const bytesOf = ({ buffer, byteOffset, byteLength }: Dataset['pictures']): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const hooksOf = ({ signal }: SearchContext) => (signal === undefined ? {} : { signal });

const read = (bytes: Uint8Array, name: string): IntegerNetwork => importOnnx(bytes, { name }).network;

const retrain = async (
  { inputs, options, progress, signal }: SearchContext,
  { formats, activationBits, epochs, approximate: approximation }: TrialRequest,
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
  if (approximation === undefined) return writeModel(quantized, 'qonnx');
  const { layers, energyBudget } = approximation;
  const settings = famesConfigSchema.parse({ energyBudget });
  // Gains and biases are fitted to the pictures of the estimate: those that judge the trial must be others.
  const data = { train, validation: subset(validation, []) };
  const changed = await approximate(quantized, multipliersFor, { ...run, data }, settings, (layer) =>
    layers.includes(layer),
  );
  return writeModel(changed.quantized, 'qonnx');
};
