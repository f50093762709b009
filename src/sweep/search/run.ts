/** `nomul search`: for every layer a method and its parameters, and the array they run on, at least cost for an accuracy. */

import { join } from 'node:path';
import {
  openFolder,
  recognized,
  requireTools,
  shareOf,
  type FlowHooks,
  type OutputFolder,
  type Problem,
  type QuantizeInputs,
} from '../../flow/index.js';
import type { Dataset } from '../../nn/index.js';
import { createTrainer } from '../../quant/index.js';
import { findDevice } from '../../synth/index.js';
import { findTool } from '../../tools/index.js';
import { SweepError } from '../errors.js';
import { makeFolder } from '../store/index.js';
import { chooseDesign } from './choose.js';
import { contextOf } from './context.js';
import { enumerateDesigns, type SearchDesign } from './designs.js';
import { openFits } from './fits.js';
import { measureChosen, measureSingles, type MeasuredChoice } from './measure.js';
import type { SearchOptions } from './options.js';
import type { SearchReport } from './report.js';
import { makeSingles, readSingles } from './singles.js';
import { sketchesOf } from './sketch.js';
import { exploreSpaces } from './space.js';
import { problemsOf, searchReportOf, sweepReportOf } from './summary.js';
import { openTrials } from './trials.js';
import { openUnitTable } from './units.js';

export interface SearchResult {
  readonly out: string;
  readonly files: readonly string[];
  readonly report: SearchReport;
  readonly problems: readonly Problem[];
}

/**
 * What was trained on the way stands in `OUT.trials`: the same call goes on from there. `out` is written whole or not at all.
 * @throws SweepError, FlowError, QuantError, NnError, the errors of src/synth and src/tools
 */
export const search = async (options: SearchOptions, hooks: FlowHooks = {}): Promise<SearchResult> => {
  const context = contextOf(options, hooks);
  const folder = openFolder(options.out);
  try {
    const work = `${options.out.replace(/[/\\]+$/, '')}.trials`;
    makeFolder(work);
    const device = findDevice(options.target);
    await requireTools(device, context.tools);
    if (options.verilator > 0) await findTool('verilator', context.tools);
    const known = await knownToFloat(context.inputs);
    const float = { validation: shareOf(known.validation), test: shareOf(known.test) };
    const origin = { inputs: context.inputs, floatTest: float.test };
    const given = readSingles(options, origin);
    const units = openUnitTable({ ...context, device, dsp: device.dsps > 0 });
    const sketches = sketchesOf(context);
    const spaces = await exploreSpaces(context, sketches);
    const designs = await enumerateDesigns(context, spaces, sketches, units);
    const affordable = requireAffordable(designs, device.luts, options);
    const choice = await chooseDesign(context, affordable, {
      trials: openTrials(context, work, known.validation),
      fits: openFits(context, sketches),
    });
    const chosen = await measureChosen(context, choice, float.test, work, hooks);
    const others = given.length > 0 ? given : await makeSingles(options, origin, work, hooks);
    const singles = await measureSingles(context, choice.design, others);
    const finished = { float, designs: designs.length, choice, chosen, singles };
    const report = searchReportOf(context, spaces, units, finished);
    folder.write('network.qonnx.onnx', choice.trial.file);
    folder.write('search.json', `${JSON.stringify(report, null, 2)}\n`);
    folder.write('sweep.json', `${JSON.stringify(sweepReportOf(options, finished), null, 2)}\n`);
    copyAccelerator(folder, chosen);
    folder.publish();
    return { out: options.out, files: folder.files, report, problems: problemsOf(options, finished) };
  } catch (error) {
    folder.discard();
    throw error;
  }
};

/** Of each picture, whether the float network knows it. */
const knownToFloat = async ({ model, validation, test }: QuantizeInputs) => {
  const trainer = await createTrainer(model);
  try {
    const knownOf = async (data: Dataset): Promise<readonly boolean[]> => {
      const logits = await trainer.logits(data, [...data.labels.keys()]);
      return recognized(logits, logits.length / data.count, data.labels);
    };
    return { validation: await knownOf(validation), test: await knownOf(test) };
  } finally {
    await trainer.close();
  }
};

/** @throws SweepError NO_POINTS */
const requireAffordable = (
  designs: readonly SearchDesign[],
  available: number,
  { target, maxCycles, maxLuts = available, maxEnergy = Infinity }: SearchOptions,
): readonly SearchDesign[] => {
  const cheap = designs.filter(({ energyPj }) => energyPj <= 1000 * maxEnergy);
  if (cheap.length === 0 && designs.length > 0) {
    const least = Math.min(...designs.map(({ energyPj }) => energyPj)) / 1000;
    throw new SweepError(
      'NO_POINTS',
      `the design of least energy takes ${least.toFixed(1)} nJ a picture; raise --max-energy`,
    );
  }
  const fitting = cheap.filter(({ luts }) => luts <= Math.min(maxLuts, available));
  if (fitting.length > 0) return fitting;
  const least = Math.round(Math.min(...cheap.map(({ luts }) => luts)));
  throw new SweepError(
    'NO_POINTS',
    designs.length === 0
      ? `no array runs this network${maxCycles === undefined ? '' : ` within ${maxCycles} cycles`}; give other --arrays${maxCycles === undefined ? '' : ' or more cycles'}`
      : `the smallest design takes about ${least} LUTs, ${Math.min(maxLuts, available)} are allowed (${target} has ${available}); give smaller --arrays, a larger --target or more --max-luts`,
  );
};

const copyAccelerator = (folder: OutputFolder, { accelerator }: MeasuredChoice): void => {
  for (const name of accelerator.files)
    folder.copy(join(accelerator.folder, name), join('accelerator', name));
};
