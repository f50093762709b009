/** Every array and set of engines with the best formats for it: what could be built, and what it would cost. */

import { AccelError } from '../../accel/index.js';
import { planHardware, type PlannedHardware } from '../../flow/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import {
  convNodes,
  formatName,
  formatQuantizer,
  selectExactly,
  withGridWeights,
  type LayerFormat,
  type QuantizedModel,
} from '../../quant/index.js';
import { canRun, engineSetsOf } from './formats.js';
import type { SearchOptions } from './options.js';
import { networkOf, untrained, type LayerOption, type Space, type SpaceContext } from './space.js';
import { columnLuts, measureRest, type UnitTable } from './units.js';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

export interface SearchDesign {
  readonly array: ArraySize;
  /** The engines that the formats need: `ternary + int8`. */
  readonly engines: string;
  readonly activationBits: number;
  readonly formats: Readonly<Record<string, LayerFormat>>;
  /** Predicted change of the mean loss. */
  readonly loss: number;
  /** Estimated: columns of the table of units, and the rest of one measured accelerator of the same size. */
  readonly luts: number;
  /** Exact, from picture to picture. */
  readonly cycles: number;
  /** Of products and sums, pJ per picture. */
  readonly energyPj: number;
}

export const designName = ({ array, engines, activationBits, formats }: SearchDesign): string =>
  `${array.rows}x${array.columns}, ${engines}, act${activationBits}: ${formatsName(formats)}`;

const formatsName = (formats: Readonly<Record<string, LayerFormat>>): string =>
  Object.entries(formats)
    .map(([layer, format]) => `${layer} ${formatName(format)}`)
    .join(', ');

/** Selections between least loss and least energy that are looked at for each set of engines. */
const energyLevels = 6;

/** @throws the errors of src/tools */
export const enumerateDesigns = async (
  context: SpaceContext,
  spaces: readonly Space[],
  units: UnitTable,
): Promise<readonly SearchDesign[]> => {
  const { options, progress, signal } = context;
  const designs: SearchDesign[] = [];
  const selections = spaces.map((space) => ({ space, chosen: differentSelections(space, options) }));
  const total = selections.reduce((sum, { chosen }) => sum + chosen.length, 0) * options.arrays.length;
  let done = 0;
  for (const array of options.arrays) {
    const restOf = rests(context, array, units);
    for (const { space, chosen } of selections) {
      const skeleton = await untrained(context, {}, space.activationBits);
      for (const selection of chosen) {
        signal?.throwIfAborted();
        progress('plan designs', done++, total);
        const design = await designOf(context, { space, array, skeleton, restOf }, selection, units);
        if (design !== undefined) designs.push(design);
      }
    }
  }
  progress('plan designs', total, total);
  return designs;
};

/** Of all sets of engines; what two sets have in common is looked at once. */
const differentSelections = (
  { layers }: Space,
  { formats }: SearchOptions,
): readonly (readonly Chosen[])[] => {
  const found = new Map<string, readonly Chosen[]>();
  for (const engines of engineSetsOf(formats)) {
    const allowed = layers.map(({ name, options }) => ({
      name,
      options: options.filter(({ format }) => canRun(engines, format)),
    }));
    if (allowed.some(({ options }) => options.length === 0)) continue;
    for (const chosen of selectionsOf(allowed)) found.set(formatsName(formatsOf(chosen)), chosen);
  }
  return [...found.values()];
};

const formatsOf = (chosen: readonly Chosen[]): Readonly<Record<string, LayerFormat>> =>
  Object.fromEntries(chosen.map(({ name, option }) => [name, option.format]));

interface DesignBase {
  readonly space: Space;
  readonly array: ArraySize;
  readonly skeleton: QuantizedModel;
  /** LUTs around the columns of a network's accelerator. */
  readonly restOf: (network: IntegerNetwork, planned: PlannedHardware) => Promise<number>;
}

/** Measured once for each combination of kinds of engines: the first network that has it stands for all. */
const rests = (
  { options, tools, signal }: SpaceContext,
  array: ArraySize,
  units: UnitTable,
): DesignBase['restOf'] => {
  const measured = new Map<string, Promise<number>>();
  return (network, { plan }) => {
    const kinds = plan.config.engines.map(({ name }) => name).join();
    const rest =
      measured.get(kinds) ??
      measureRest(network, { device: options.target, array, reloadable: false }, units, { tools, signal });
    measured.set(kinds, rest);
    return rest;
  };
};

/** undefined: the array has no place for such a network, or takes too long. */
const designOf = async (
  context: SpaceContext,
  base: DesignBase,
  chosen: readonly Chosen[],
  units: UnitTable,
): Promise<SearchDesign | undefined> => {
  const { space, array, restOf } = base;
  const formats = formatsOf(chosen);
  const network = networkOf(await roughly(context, base, formats));
  const planned = planFor(context, array, network);
  const cycles = planned?.prediction.initiationInterval ?? Infinity;
  if (planned === undefined || cycles > (context.options.maxCycles ?? Infinity)) return undefined;
  return {
    ...{ array, formats, cycles, activationBits: space.activationBits },
    engines: planned.plan.config.engines.map(engineName).join(' + '),
    loss: sumOf(chosen, 'loss') + space.activationLoss,
    luts: (await restOf(network, planned)) + (await columnLuts(planned, units)),
    energyPj: sumOf(chosen, 'energyPj'),
  };
};

const engineName = ({ kind, codeWidth }: PlannedHardware['plan']['config']['engines'][number]): string =>
  kind === 'ternary' ? kind : `${kind}${codeWidth}`;

interface Chosen {
  readonly name: string;
  readonly option: LayerOption;
}

const sumOf = (chosen: readonly Chosen[], key: 'loss' | 'energyPj'): number =>
  chosen.reduce((sum, { option }) => sum + option[key], 0);

/** Multiple-choice knapsacks: least loss within budgets of energy that go down in equal steps. */
function* selectionsOf(layers: Space['layers']): Generator<readonly Chosen[]> {
  const table = layers.map(({ options }) =>
    options.map(({ loss, energyPj }) => ({ loss, energy: energyPj })),
  );
  const sum = (best: (options: (typeof table)[number]) => number): number =>
    table.reduce((total, options) => total + best(options), 0);
  const most = sum((options) => Math.max(...options.map(({ energy }) => energy)));
  const least = sum((options) => Math.min(...options.map(({ energy }) => energy)));
  let budget = most;
  for (let level = 0; level < energyLevels; level++) {
    const { choices, energy } = selectExactly(table, budget);
    yield layers.flatMap(({ name, options }, i) => {
      const option = options[choices[i] ?? 0];
      return option === undefined ? [] : [{ name, option }];
    });
    // The first selection has the energy of least loss, which may be far below the most.
    budget = least + (Math.min(energy, budget) - least) * stepDown(level);
  }
}

/** So that the last selection is the one of least energy. */
const stepDown = (level: number): number => (energyLevels - 2 - level) / (energyLevels - 1 - level);

/** Without training: enough for a plan. */
const roughly = async (
  context: SpaceContext,
  { skeleton, space }: DesignBase,
  formats: Readonly<Record<string, LayerFormat>>,
): Promise<QuantizedModel> =>
  Object.values(formats).some(({ kind }) => kind === 'factors')
    ? untrained(context, formats, space.activationBits)
    : reformatted(context.inputs.model, skeleton, formats);

/** undefined: the array has no place for such a network. */
const planFor = (
  { options }: SpaceContext,
  array: ArraySize,
  network: IntegerNetwork,
): PlannedHardware | undefined => {
  try {
    return planHardware(network, { device: options.target, array, reloadable: false });
  } catch (error) {
    if (error instanceof AccelError) return undefined;
    throw error;
  }
};

/** Other weights on the same activations: enough for a plan. */
const reformatted = (
  float: SpaceContext['inputs']['model'],
  skeleton: QuantizedModel,
  formats: Readonly<Record<string, LayerFormat>>,
): QuantizedModel => {
  const weights = Object.fromEntries(
    convNodes(float).map((node) => {
      const format = formats[node.name];
      if (format === undefined || format.kind === 'factors')
        throw new RangeError(`layer ${node.name} has no format of its own`);
      return [node.name, formatQuantizer(node, format)(node.weights)];
    }),
  );
  return { ...skeleton, weights, model: withGridWeights(skeleton.model, weights) };
};

export const costOf = (
  { luts, energyPj, cycles }: SearchDesign,
  minimize: SearchOptions['minimize'],
): number => ({ luts, energy: energyPj, latency: cycles })[minimize];
