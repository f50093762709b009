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
import { canRun, engineSetName, engineSetsOf, type EngineSet } from './formats.js';
import type { SearchOptions } from './options.js';
import { networkOf, untrained, type LayerOption, type Space, type SpaceContext } from './space.js';
import { columnLuts, measureRest, type UnitTable } from './units.js';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

export interface SearchDesign {
  readonly array: ArraySize;
  readonly engines: EngineSet;
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

export const designName = ({ array, engines, activationBits, formats }: SearchDesign): string => {
  const layers = Object.entries(formats).map(([layer, format]) => `${layer} ${formatName(format)}`);
  return `${array.rows}x${array.columns}, ${engineSetName(engines)}, act${activationBits}: ${layers.join(', ')}`;
};

/** Selections between least loss and least energy that are looked at for each set of engines. */
const energyLevels = 6;

/** @throws the errors of src/tools */
export const enumerateDesigns = async (
  context: SpaceContext,
  spaces: readonly Space[],
  units: UnitTable,
): Promise<readonly SearchDesign[]> => {
  const { options, progress, signal } = context;
  const sets = engineSetsOf(options.formats);
  const designs: SearchDesign[] = [];
  const total = spaces.length * options.arrays.length * sets.length;
  let done = 0;
  for (const space of spaces) {
    const skeleton = await untrained(context, {}, space.activationBits);
    for (const array of options.arrays) {
      const restOf = rests(context, array, units);
      for (const engines of sets) {
        signal?.throwIfAborted();
        progress('plan designs', done++, total);
        designs.push(...(await designsOf(context, space, { array, engines, skeleton, restOf }, units)));
      }
    }
  }
  progress('plan designs', total, total);
  return designs;
};

interface DesignBase {
  readonly array: ArraySize;
  readonly engines: EngineSet;
  readonly skeleton: QuantizedModel;
  /** LUTs around the columns of a network's accelerator. */
  readonly restOf: (network: IntegerNetwork, engines: EngineSet) => Promise<number>;
}

/** Measured once for each family of dense engines: the first network of the family stands for all. */
const rests = (
  { options, tools, signal }: SpaceContext,
  array: ArraySize,
  units: UnitTable,
): DesignBase['restOf'] => {
  const measured = new Map<string, Promise<number>>();
  return (network, { ternary, shiftBits }) => {
    const family = `${ternary ? 'ternary' : ''} ${shiftBits > 0 ? 'shift' : ''}`;
    const rest =
      measured.get(family) ??
      measureRest(network, { device: options.target, array, reloadable: false }, units, { tools, signal });
    measured.set(family, rest);
    return rest;
  };
};

/** From least loss to least energy; fewer where they are the same, none where the array cannot run them in time. */
const designsOf = async (
  context: SpaceContext,
  space: Space,
  base: DesignBase,
  units: UnitTable,
): Promise<readonly SearchDesign[]> => {
  const allowed = space.layers.map(({ name, options }) => ({
    name,
    options: options.filter(({ format }) => canRun(base.engines, format)),
  }));
  if (allowed.some(({ options }) => options.length === 0)) return [];
  const designs = new Map<string, SearchDesign>();
  const { activationBits, activationLoss } = space;
  for (const chosen of selectionsOf(allowed)) {
    const formats = Object.fromEntries(chosen.map(({ name, option }) => [name, option.format]));
    const network = networkOf(await roughly(context, base, formats, activationBits));
    const planned = planFor(context, base.array, network);
    if (planned === undefined) continue;
    const cycles = planned.prediction.initiationInterval;
    if (cycles > (context.options.maxCycles ?? Infinity)) continue;
    const { array, engines } = base;
    const design: SearchDesign = {
      ...{ array, engines, activationBits, formats, cycles },
      loss: sumOf(chosen, 'loss') + activationLoss,
      luts: (await base.restOf(network, engines)) + (await columnLuts(planned, units)),
      energyPj: sumOf(chosen, 'energyPj'),
    };
    designs.set(designName(design), design);
  }
  return [...designs.values()];
};

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
  { skeleton }: DesignBase,
  formats: Readonly<Record<string, LayerFormat>>,
  activationBits: number,
): Promise<QuantizedModel> =>
  Object.values(formats).some(({ kind }) => kind === 'factors')
    ? untrained(context, formats, activationBits)
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
