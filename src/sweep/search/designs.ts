/** Every array and set of engines with the best formats for it: what could be built, and what it would cost. */

import { AccelError } from '../../accel/index.js';
import { planHardware, type PlannedHardware } from '../../flow/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import { selectExactly } from '../../quant/index.js';
import { canRun, engineSetsOf } from './formats.js';
import type { SearchOptions } from './options.js';
import { openRests, type RestOf } from './rests.js';
import { formatsName, type Formats, type Sketch, type Sketches } from './sketch.js';
import type { SearchContext } from './context.js';
import type { LayerOption, Space } from './space.js';
import { columnLuts, type UnitTable } from './units.js';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

export interface SearchDesign {
  readonly array: ArraySize;
  /** The engines that the formats need: `ternary + int8`. */
  readonly engines: string;
  readonly activationBits: number;
  readonly formats: Formats;
  /** Layers with approximate multipliers. */
  readonly approximate: readonly string[];
  /** Predicted change of the mean loss. */
  readonly loss: number;
  /** Estimated: columns of the table of units, and the rest of one measured accelerator of the same size. */
  readonly luts: number;
  /** The rest was measured at narrower and at wider activations, and taken on the line between. */
  readonly interpolated: boolean;
  /** Exact, from picture to picture. */
  readonly cycles: number;
  /** Of products and sums, pJ per picture. */
  readonly energyPj: number;
}

export const designName = ({ array, engines, activationBits, formats }: SearchDesign): string =>
  `${array.rows}x${array.columns}, ${engines}, act${activationBits}: ${formatsName(formats)}`;

/** Selections between least loss and least energy that are looked at for each set of engines. */
const energyLevels = 6;

/** @throws the errors of src/tools */
export const enumerateDesigns = async (
  context: SearchContext,
  spaces: readonly Space[],
  sketches: Sketches,
  units: UnitTable,
): Promise<readonly SearchDesign[]> => {
  const { options, progress, signal } = context;
  const designs: SearchDesign[] = [];
  const selections = spaces.map((space) => ({ space, chosen: differentSelections(space, options) }));
  const total = selections.reduce((sum, { chosen }) => sum + chosen.length, 0);
  const restOf = openRests(context, sketches, units);
  let done = 0;
  for (const { space, chosen } of selections) {
    const sketch = sketches.get(space.activationBits);
    if (sketch === undefined) continue;
    for (const selection of chosen) {
      signal?.throwIfAborted();
      progress('plan designs', done++, total);
      const design = await designOf(context, { space, sketch, restOf }, selection, units);
      if (design !== undefined) designs.push(design);
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

const formatsOf = (chosen: readonly Chosen[]): Formats =>
  Object.fromEntries(chosen.map(({ name, option }) => [name, option.format]));

interface DesignBase {
  readonly space: Space;
  readonly sketch: Sketch;
  readonly restOf: RestOf;
}

/** undefined: the array has no place for such a network, or takes too long. */
const designOf = async (
  context: SearchContext,
  base: DesignBase,
  chosen: readonly Chosen[],
  units: UnitTable,
): Promise<SearchDesign | undefined> => {
  const { space, sketch, restOf } = base;
  const { array, activationBits } = space;
  const formats = formatsOf(chosen);
  const planned = planFor(context, array, await sketch(formats));
  const cycles = planned?.prediction.initiationInterval ?? Infinity;
  if (planned === undefined || cycles > (context.options.maxCycles ?? Infinity)) return undefined;
  const rest = await restOf(array, formats, planned, activationBits);
  return {
    ...{ array, formats, approximate: [], cycles, activationBits, interpolated: rest.interpolated },
    engines: enginesOf(planned),
    loss: sumOf(chosen, 'loss') + space.activationLoss,
    luts: rest.luts + (await columnLuts(planned, units)),
    energyPj: sumOf(chosen, 'energyPj'),
  };
};

/** `ternary + int8` */
export const enginesOf = ({ plan: { config } }: Pick<PlannedHardware, 'plan'>): string =>
  config.engines
    .map(({ kind, codeWidth }) => (kind === 'ternary' ? kind : `${kind}${codeWidth}`))
    .join(' + ');

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

/** undefined: the array has no place for such a network. */
const planFor = (
  { options }: SearchContext,
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

/** Of designs that take equally long the smaller one costs less: there are fewer than a million LUTs, and cycles are whole. */
export const costOf = (
  { luts, energyPj, cycles }: SearchDesign,
  minimize: SearchOptions['minimize'],
): number => ({ luts, energy: energyPj, latency: cycles + luts / 1e6 })[minimize];
