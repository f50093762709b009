/** The chosen network and those of single methods, on the target: the same tools, seeds and array for all. */

import { join } from 'node:path';
import {
  accuracyOfIntegers,
  build,
  buildOptionsSchema,
  operationEnergyPj,
  type FlowHooks,
  type Problem,
} from '../../flow/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import { replaceFile } from '../store/index.js';
import type { Choice } from './choose.js';
import type { ArraySize, SearchDesign } from './designs.js';
import { measuredEnergies } from './energies.js';
import { placeNetwork } from './place.js';
import type { MeasuredNetwork } from './rows.js';
import { writeLabels, writePictures } from './samples.js';
import { settingOf } from './setting.js';
import type { SingleNetwork } from './singles.js';
import type { SearchContext } from './context.js';

export interface MeasuredChoice extends MeasuredNetwork {
  /** What `nomul build` wrote: the accelerator, verified; empty where it does not fit. */
  readonly accelerator: { readonly folder: string; readonly files: readonly string[] };
  readonly problems: readonly Problem[];
}

export const measureChosen = async (
  context: SearchContext,
  { design, trial }: Choice,
  before: number,
  work: string,
  hooks: FlowHooks,
): Promise<MeasuredChoice> => {
  const { test } = context.inputs;
  const { file, network } = trial;
  const placed = await placeNetwork(network, design.array, context);
  const built =
    placed.kind === 'placed'
      ? await buildChosen(context, design, file, work, hooks)
      : { files: [], problems: [] };
  return {
    ...(await energiesOf(context, network, design.array)),
    ...{
      method: 'search',
      setting: settingOf(network, context.options.epochs),
      file,
      network,
      placed,
      before,
    },
    array: design.array,
    after: await accuracyOfIntegers(network, test, hooks),
    pictures: test.count,
    verifiedPictures: placed.kind === 'placed' ? Math.min(context.options.verify, test.count) : 0,
    accelerator: { folder: join(work, 'accelerator'), files: built.files },
    problems: built.problems,
  };
};

const buildChosen = async (
  { options, inputs: { test } }: SearchContext,
  { array }: SearchDesign,
  file: Uint8Array,
  work: string,
  hooks: FlowHooks,
) => {
  const count = Math.max(1, options.verify, options.verilator);
  const paths = {
    model: join(work, 'chosen.onnx'),
    samples: join(work, 'pictures.npy'),
    labels: join(work, 'labels.npy'),
  };
  replaceFile(paths.model, file);
  writePictures(paths.samples, test, Math.min(count, test.count));
  writeLabels(paths.labels, test, Math.min(count, test.count));
  const { verify, verilator, target, tools } = options;
  return build(
    buildOptionsSchema.parse({
      ...{ ...paths, verify, verilator, device: target, array, inputScale: test.scale, tools },
      out: join(work, 'accelerator'),
    }),
    hooks,
  );
};

/** On the chosen array. */
export const measureSingles = async (
  context: SearchContext,
  { array }: SearchDesign,
  singles: readonly SingleNetwork[],
): Promise<readonly MeasuredNetwork[]> => {
  const measured: MeasuredNetwork[] = [];
  for (const { report, file, network } of singles)
    measured.push({
      ...(await energiesOf(context, network, array)),
      ...{ method: report.method, setting: settingOf(network, report.epochs), file, network, array },
      ...report.accuracy,
      placed: await placeNetwork(network, array, context),
      verifiedPictures: 0,
    });
  return measured;
};

const energiesOf = async (context: SearchContext, network: IntegerNetwork, array: ArraySize) => ({
  energies: await measuredEnergies(context, network, array),
  gates: context.library !== undefined,
  operationEnergyPj: network.layers.reduce(
    (sum, layer) => sum + (layer.kind === 'conv' ? operationEnergyPj(network, layer) : 0),
    0,
  ),
});
