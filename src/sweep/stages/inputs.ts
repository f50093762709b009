/** What stages read: files that must be those the sweep was planned with, networks out of blobs, pictures. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { forcePeKind, peKinds, type ForcedNetwork } from '../../accel/index.js';
import {
  datasetSamples,
  importOnnx,
  loadDataset,
  loadLabels,
  loadSamples,
  quantizeSamples,
  type IntegerNetwork,
  type QuantizedSamples,
} from '../../nn/index.js';
import { sha256, type JsonObject } from '../canonical.js';
import { dataRef } from '../spec/load.js';
import { asItCame, type FileRef, type Point } from '../spec/points.js';
import type { Blobs } from '../store/blobs.js';
import { blobHash } from '../store/store.js';

/** A file that is not any more what it was when the sweep was planned. */
export class InputChanged extends Error {
  override readonly name = 'InputChanged';
  readonly code = 'INPUT_CHANGED';
  readonly exitCode = 2;
  constructor(path: string) {
    super(`${path} has changed since the sweep was planned; start the sweep again`);
  }
}

/** @throws InputChanged */
export const readRef = (path: string, hash: string): Uint8Array => {
  const bytes = readFileSync(path);
  if (sha256(bytes) !== hash) throw new InputChanged(path);
  return bytes;
};

/** @throws InputChanged */
export const requireData = (path: string, hash: string): string => {
  if (dataRef(path).sha256 !== hash) throw new InputChanged(path);
  return path;
};

export const peInputs = ({ pe }: Point): JsonObject => ({ ...pe });

const peSchema = z.object({
  kind: z.enum(['auto', ...peKinds]),
  round: z.boolean(),
  pulses: z.number().nullable(),
});

/**
 * The network that is built: from the blob, with the PEs that the point asks for. Its name is the same for every model, so
 * that equal hardware has equal Verilog.
 * @throws NnError; AccelError ACC006 when the PEs do not represent its weights
 */
export const networkOf = (blobs: Blobs, network: string, pe: unknown): ForcedNetwork => {
  const imported = importOnnx(blobs.get(blobHash(network)), { name: 'network' });
  const { kind, round, pulses } = peSchema.parse(pe);
  if (kind === 'auto') return { network: imported.network, rounded: [] };
  return forcePeKind(imported.network, { kind, round, pulsesPerWeight: pulses ?? 1 });
};

const ref = z.object({ path: z.string(), sha256: z.string() }).nullable();
const picturesSchema = z.object({ samples: ref, labels: ref, data: ref });

/** Where the pictures are (context), and what they are (inputs); undefined: the model has none. */
export const pictureRequest = ({
  model,
}: Point): { readonly inputs: JsonObject; readonly context: JsonObject } | undefined => {
  const { samples, labels, inputScale } = model;
  const data = samples === null ? model.data : null;
  if (samples === null && data === null) return undefined;
  const hash = (file: FileRef | null): string | null => file?.sha256 ?? null;
  return {
    inputs: { inputScale, samples: hash(samples), labels: hash(labels), data: hash(data) },
    context: { samples: plain(samples), labels: plain(labels), data: plain(data) },
  };
};

export const plain = (file: FileRef | null): JsonObject | null => (file === null ? null : { ...file });

export interface Pictures {
  readonly samples: QuantizedSamples;
  readonly labels: ArrayLike<number> | undefined;
}

/** The pictures as integers of the network's input. @throws InputChanged, NnError */
export const readPictures = (network: IntegerNetwork, context: unknown, inputScale: unknown): Pictures => {
  const { samples, labels, data } = picturesSchema.parse(context);
  const scale = z.number().nullable().parse(inputScale);
  if (data !== null) {
    const [, folder = data.path, prefix] =
      /^(.*):([^/\\:]+)$/.exec(requireData(data.path, data.sha256)) ?? [];
    const { test } = loadDataset(folder, prefix, scale ?? undefined);
    return { samples: datasetSamples(network, test), labels: test.labels };
  }
  if (samples === null) throw new TypeError('a stage needs pictures, and the point has none');
  readRef(samples.path, samples.sha256);
  if (labels !== null) readRef(labels.path, labels.sha256);
  return {
    samples: quantizeSamples(network, loadSamples(samples.path), { inputScale: scale ?? 1 }),
    labels: labels === null ? undefined : loadLabels(labels.path),
  };
};

export const isQuantizing = ({ method }: Point): boolean => method.method !== asItCame;
