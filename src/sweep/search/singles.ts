/** The networks of single methods that a search is compared with: results of `nomul quantize`, made here where none are given. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantize, quantizeOptionsSchema, type FlowHooks, type QuantizeMethod } from '../../flow/index.js';
import { importOnnx, type IntegerNetwork } from '../../nn/index.js';
import { quantizeReportSchema, type QuantizeReport } from '../../report/index.js';
import { SweepError } from '../errors.js';
import type { SearchOptions } from './options.js';

export interface SingleNetwork {
  readonly report: QuantizeReport;
  readonly file: Uint8Array;
  readonly network: IntegerNetwork;
}

/** @throws SweepError BAD_SWEEP_FILE for a folder that holds no such result, or one of another model */
export const singleNetworks = async (
  options: SearchOptions,
  modelHash: string,
  folder: string,
  hooks: FlowHooks,
): Promise<readonly SingleNetwork[]> => {
  if (options.singles.length > 0) return options.singles.map((path) => readSingle(path, modelHash));
  const found: SingleNetwork[] = [];
  for (const method of options.compare) {
    hooks.signal?.throwIfAborted();
    found.push(await madeHere(options, method, modelHash, join(folder, `single-${method}`), hooks));
  }
  return found;
};

/** Found where an interrupted run left it, if it is of this model and as long trained. */
const madeHere = async (
  { model, data, inputScale, epochs, validation, seed }: SearchOptions,
  method: QuantizeMethod,
  modelHash: string,
  out: string,
  hooks: FlowHooks,
): Promise<SingleNetwork> => {
  if (existsSync(join(out, 'report.json'))) {
    const earlier = readSingle(out, modelHash);
    if (earlier.report.epochs === epochs && earlier.report.seed === seed) return earlier;
  }
  const options = { model, data, inputScale, epochs, validation, seed, method, out };
  await quantize(quantizeOptionsSchema.parse(options), hooks);
  return readSingle(out, modelHash);
};

const readSingle = (folder: string, modelHash: string): SingleNetwork => {
  const report = readReport(join(folder, 'report.json'));
  if (report.model.sha256 !== modelHash)
    throw new SweepError(
      'BAD_SWEEP_FILE',
      `${folder} is a result of another model (${report.model.file}); give results of the model that is searched`,
    );
  const file = new Uint8Array(readFileSync(join(folder, report.files.qonnx)));
  return { report, file, network: importOnnx(file, { name: report.model.name }).network };
};

const readReport = (path: string): QuantizeReport => {
  try {
    return quantizeReportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SweepError(
      'BAD_SWEEP_FILE',
      `${path} is no report of nomul quantize (${reason}); give folders that it wrote`,
    );
  }
};
