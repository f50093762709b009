/** A finished search as `search.json` and as `sweep.json`. */

import { version, type Problem } from '../../flow/index.js';
import { formatName } from '../../quant/index.js';
import { spreadOf, type SweepReport } from '../../report/index.js';
import { sha256 } from '../canonical.js';
import type { Choice } from './choose.js';
import type { SearchDesign } from './designs.js';
import type { MeasuredChoice } from './measure.js';
import type { SearchOptions } from './options.js';
import type { SearchReport } from './report.js';
import { rowsOf, totalEnergy, type MeasuredNetwork } from './rows.js';
import type { SearchContext } from './context.js';
import type { Space } from './space.js';
import type { UnitTable } from './units.js';

export interface Finished {
  /** Accuracies of the float network. */
  readonly float: { readonly validation: number; readonly test: number };
  /** Number of designs that were looked at. */
  readonly designs: number;
  readonly choice: Choice;
  readonly chosen: MeasuredChoice;
  readonly singles: readonly MeasuredNetwork[];
}

export const searchReportOf = (
  { options, inputs, library }: SearchContext,
  spaces: readonly Space[],
  units: UnitTable,
  { float, designs, choice, chosen, singles }: Finished,
): SearchReport => ({
  schemaVersion: 1,
  nomul: version,
  options: { ...options },
  model: inputs.file,
  data: {
    name: inputs.train.name,
    ...{ train: inputs.train.count, validation: inputs.validation.count, test: inputs.test.count },
  },
  float,
  energyBasis: library === undefined ? 'operations' : 'gates',
  spaces: spaces.map(({ array, activationBits, activationLoss, layers }) => ({
    ...{ array: { ...array }, activationBits, activationLoss },
    layers: layers.map(({ name, options: formats }) => ({
      name,
      options: formats.map(({ format, loss, energyPj }) => ({
        ...{ format: formatName(format), predictedLoss: loss, energyPj },
      })),
    })),
  })),
  units: [...units.entries()],
  designs,
  tried: choice.tried.map(({ design, ...trial }) => ({ design: plain(design), ...trial })),
  chosen: {
    design: plain(choice.design),
    met: choice.met,
    loss: choice.trial.loss,
    setting: { ...chosen.setting },
    accuracy: { validation: choice.trial.accuracy, test: chosen.after },
    costs: costsOf(chosen),
  },
  singles: singles.map((single) => ({
    method: single.method,
    setting: { ...single.setting },
    accuracy: single.after,
    costs: costsOf(single),
    reason: single.placed.kind === 'placed' ? null : single.placed.reason,
  })),
});

const plain = (design: SearchDesign): SearchReport['chosen']['design'] => {
  const { array, engines, activationBits, formats, approximate, loss, luts, interpolated, cycles, energyPj } =
    design;
  return {
    ...{
      array: { ...array },
      engines,
      activationBits,
      formats: { ...formats },
      approximate: [...approximate],
    },
    ...{ predictedLoss: loss, estimatedLuts: Math.round(luts), interpolated, cycles, energyPj },
  };
};

const costsOf = (measured: MeasuredNetwork): SearchReport['chosen']['costs'] => {
  const { placed } = measured;
  const energyPj = totalEnergy(measured);
  if (placed.kind === 'infeasible') return { luts: null, fmaxMHz: null, cycles: null, energyPj };
  return {
    luts: placed.counts.luts,
    fmaxMHz:
      spreadOf(placed.seeds.flatMap(({ fmaxMHz }) => (fmaxMHz === null ? [] : [fmaxMHz])))?.median ?? null,
    cycles: placed.hardware.prediction.initiationInterval,
    energyPj,
  };
};

/** Several networks of one method are told apart. */
const labelOf = ({ method, setting }: MeasuredNetwork): string =>
  `${method}: ${setting.formats}, act${setting.activationBits}`;

/** The chosen network and the single methods', as `nomul report` draws them. */
export const sweepReportOf = (options: SearchOptions, { chosen, singles }: Finished): SweepReport => {
  const networks = [chosen, ...singles].map((network) => ({
    ...{ network, costs: costsOf(network), rows: rowsOf(network, options) },
  }));
  return {
    schemaVersion: 1,
    nomul: version,
    title: `search: ${options.minimize} on ${options.target}, at most ${options.maxLoss} points lost`,
    sweepHash: sha256(JSON.stringify(options)),
    tools: [],
    points: networks.flatMap(({ rows }) => rows),
    fronts: (['luts', 'energy', 'latency'] as const).map((cost) => ({
      cost,
      points: networks.flatMap(({ network, costs: { luts, cycles, energyPj }, rows }) => {
        const value = { luts, energy: energyPj, latency: cycles }[cost];
        const point = rows[0]?.id ?? null;
        return value === null
          ? []
          : [{ label: labelOf(network), accuracy: network.after, cost: value, point }];
      }),
    })),
  };
};

/** What was not reached, one sentence each. */
export const problemsOf = (
  options: SearchOptions,
  { float, choice, chosen }: Finished,
): readonly Problem[] => {
  const problems: Problem[] = [...chosen.problems];
  if (!choice.met)
    problems.push({
      code: 'ACCURACY_MISSED',
      message: `no design loses at most ${options.maxLoss} points${withMargin(options, choice)}: the best reaches ${(100 * choice.trial.accuracy).toFixed(2)} % of the validation pictures, the float network ${(100 * float.validation).toFixed(2)} %. Allow a larger --max-loss, more --epochs, or more formats.`,
    });
  if (chosen.placed.kind === 'infeasible')
    problems.push({ code: 'DOES_NOT_FIT', message: `the chosen design: ${chosen.placed.reason}` });
  return problems;
};

const withMargin = ({ margin }: SearchOptions, { trial: { loss } }: Choice): string =>
  margin === 0
    ? ''
    : ` with ${margin} standard error${margin === 1 ? '' : 's'} left (${(100 * margin * loss.standardError).toFixed(2)} points; more --validation pictures make them smaller)`;
