/** The networks of single methods that a search is compared with: results of `nomul quantize`, made here where none are given. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  quantize,
  quantizeOptionsSchema,
  type FlowHooks,
  type QuantizeInputs,
  type QuantizeMethod,
} from '../../flow/index.js';
import { importOnnx, type IntegerNetwork } from '../../nn/index.js';
import { quantizeReportSchema, type QuantizeReport } from '../../report/index.js';
import { SweepError } from '../errors.js';
import type { SearchOptions } from './options.js';

export interface SingleNetwork {
  /** Last part of its folder. */
  readonly name: string;
  readonly report: QuantizeReport;
  readonly file: Uint8Array;
  readonly network: IntegerNetwork;
}

/** What a network must have been made from and judged by to stand beside the search. */
export interface Origin {
  readonly inputs: QuantizeInputs;
  /** Share of the test pictures that the float network gets right. */
  readonly floatTest: number;
}

/** Those that `--singles` names. @throws SweepError BAD_SWEEP_FILE for what is no such result, or one of another model or data */
export const readSingles = ({ singles }: SearchOptions, origin: Origin): readonly SingleNetwork[] =>
  singles.map((folder) => {
    const single = readSingle(folder);
    const why = mismatch(single, origin);
    if (why !== undefined) throw new SweepError('BAD_SWEEP_FILE', `${folder} ${why}`);
    return single;
  });

/** One of each method that is to be compared with, trained as long as the search's winner. @throws FlowError, QuantError, NnError */
export const makeSingles = async (
  options: SearchOptions,
  origin: Origin,
  folder: string,
  hooks: FlowHooks,
): Promise<readonly SingleNetwork[]> => {
  const made: SingleNetwork[] = [];
  for (const method of options.compare) {
    hooks.signal?.throwIfAborted();
    made.push(await madeHere(options, method, origin, join(folder, `single-${method}`), hooks));
  }
  return made;
};

/** Found where an interrupted run left it, if it was made from the same and as long trained. */
const madeHere = async (
  { model, data, inputScale, epochs, validation, seed }: SearchOptions,
  method: QuantizeMethod,
  origin: Origin,
  out: string,
  hooks: FlowHooks,
): Promise<SingleNetwork> => {
  if (existsSync(join(out, 'report.json'))) {
    const earlier = readSingle(out);
    const { report } = earlier;
    const { train, validation: kept } = origin.inputs;
    const isSame =
      mismatch(earlier, origin) === undefined &&
      [report.epochs, report.seed, report.data.train, report.data.validation].join() ===
        [epochs, seed, train.count, kept.count].join();
    if (isSame) return earlier;
  }
  const options = { model, data, inputScale, epochs, validation, seed, method, out };
  await quantize(quantizeOptionsSchema.parse(options), hooks);
  return readSingle(out);
};

/** Why a network cannot be compared; undefined: it can. */
const mismatch = (
  { report: { model, accuracy } }: SingleNetwork,
  { inputs: { file, test }, floatTest }: Origin,
): string | undefined => {
  if (model.sha256 !== file.sha256)
    return `is a result of another model (${model.file}); give results of the model that is searched`;
  if (accuracy.pictures !== test.count || accuracy.before !== floatTest)
    return `was tested on other pictures: the float network got ${percent(accuracy.before)} of ${accuracy.pictures} right there, ${percent(floatTest)} of ${test.count} here; give results with the same --data and --input-scale`;
  return undefined;
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const readSingle = (folder: string): SingleNetwork => {
  const report = readReport(join(folder, 'report.json'));
  const path = join(folder, report.files.qonnx);
  if (!existsSync(path))
    throw new SweepError(
      'BAD_SWEEP_FILE',
      `${folder} has no ${report.files.qonnx}; give whole results of nomul quantize`,
    );
  const file = new Uint8Array(readFileSync(path));
  const { network } = importOnnx(file, { name: report.model.name });
  return { name: basename(folder), report, file, network };
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
