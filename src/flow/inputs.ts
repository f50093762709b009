/** Reads what the user names: the model, pictures, labels; and remembers their hashes for the report. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  importOnnx,
  loadLabels,
  loadSamples,
  quantizeSamples,
  type ImportResult,
  type IntegerNetwork,
  type QuantizedSamples,
} from '../nn/index.js';
import { forcePeKind, type ForcedNetwork, type LayerRounding } from '../accel/index.js';
import type { Report } from '../report/index.js';
import { FlowError } from './errors.js';
import type { EmitOptions, SynthOptions } from './options.js';

export interface Inputs {
  readonly imported: ImportResult;
  /** What is built: as imported, or with the weights that `pe` asks for. */
  readonly network: IntegerNetwork;
  /** Layers whose weights were rounded. */
  readonly rounded: readonly LayerRounding[];
  /** Pictures as the network's input integers. */
  readonly samples: QuantizedSamples | undefined;
  readonly labels: Int32Array | undefined;
  readonly files: Report['inputs'];
}

/** @throws FlowError UNREADABLE_FILE, NO_SAMPLES, TOO_FEW_LABELS; NnError for what is in the files; AccelError ACC006 */
export const readInputs = (options: EmitOptions & Pick<Partial<SynthOptions>, 'pcf' | 'lpf'>): Inputs => {
  const imported = importOnnx(readBytes(options.model, 'model'), { name: modelName(options.model) });
  const { network, rounded } = withPeKind(imported.network, options);
  const samples =
    options.samples === undefined
      ? undefined
      : quantizeSamples(imported.network, loadSamples(options.samples), { inputScale: options.inputScale });
  if (samples?.count === 0) {
    throw new FlowError('NO_SAMPLES', `${options.samples ?? ''} holds no picture; give at least one`);
  }
  const labels = options.labels === undefined ? undefined : loadLabels(options.labels);
  if (samples !== undefined && labels !== undefined && labels.length !== samples.count) {
    throw new FlowError(
      'TOO_FEW_LABELS',
      `${options.labels ?? ''} has ${labels.length} labels and ${options.samples ?? ''} has ${samples.count} pictures; give one label per picture`,
    );
  }
  const named: readonly (readonly [string, string | undefined])[] = [
    ['model', options.model],
    ['samples', options.samples],
    ['labels', options.labels],
    // Needed late, but a wrong path should not cost a synthesis.
    ['pin constraints', options.pcf ?? options.lpf],
  ];
  const files = named.flatMap(([role, file]) =>
    file === undefined ? [] : [{ role, file, sha256: sha256(readBytes(file, role)) }],
  );
  return { imported, network, rounded, samples, labels, files };
};

const withPeKind = (
  network: IntegerNetwork,
  { pe, roundWeights = false, pvqPulses = 1 }: EmitOptions,
): ForcedNetwork =>
  pe === undefined
    ? { network, rounded: [] }
    : forcePeKind(network, { kind: pe, round: roundWeights, pulsesPerWeight: pvqPulses });

/** `a/dwnet.qonnx.onnx` is called `dwnet`. */
const modelName = (path: string): string => basename(path).replace(/(\.(qonnx|qcdq))?\.onnx$/i, '');

export const readBytes = (path: string, role: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlowError('UNREADABLE_FILE', `cannot read the ${role} ${path} (${reason}); check the path`);
  }
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
