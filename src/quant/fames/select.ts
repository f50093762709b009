/** One multiplier per layer: estimated, proposed within the budget, tried. */
import type { Dataset } from '../../nn/index.js';
import type { QuantizedModel } from '../model/index.js';
import type { Evaluation } from '../train/index.js';
import type { Choices } from './catalogue.js';
import type { FamesSettings } from './config.js';
import type { Energies } from './energies.js';
import { estimate, type LayerEstimate } from './estimate.js';
import type { TableNetwork } from './inference/table-network.js';
import { inputsOf } from './lower.js';
import { propose, type Proposal } from './propose.js';
import type { Correction } from './recalibrate.js';
import type { LayerChoices } from './substitute.js';
import { createTrial, type Trial } from './trial.js';

export interface SelectionRequest {
  readonly quantized: QuantizedModel;
  /** Of its integer network; every layer with its own products. */
  readonly running: TableNetwork;
  readonly choices: readonly Choices[];
  readonly energies: Energies;
  readonly data: Dataset;
  readonly pictures: readonly number[];
  readonly settings: FamesSettings;
  /** May throw to end the selection. */
  readonly stop: (phase: string) => void;
}

export interface Tried extends Proposal, Evaluation {
  readonly corrections: readonly Correction[];
}

export interface Selected {
  readonly estimates: readonly LayerEstimate[];
  readonly proposals: readonly Tried[];
  /** The proposal of least real loss. */
  readonly best: Tried;
  readonly chosen: LayerChoices;
  readonly trial: Trial;
  /** Wall time; `selection` holds the proposals, their recalibrations and real losses. */
  readonly seconds: { readonly estimate: number; readonly selection: number };
}

/** @throws QuantError QT502 when no choice meets the budget, QT503 */
export async function select(request: SelectionRequest): Promise<Selected> {
  const { quantized, running, choices, energies, data, pictures, settings, stop } = request;
  const { secondOrder, hessianStep, biasCorrection, energyBudget } = settings;
  const begun = performance.now();
  const estimates = await estimate({
    ...{ quantized, running, data, pictures, secondOrder, hessianStep, biasCorrection },
    beforeLayer: (layer) => stop(`estimate of ${layer}`),
    candidates: choices.map(({ approximate }) => approximate),
  });
  const estimated = performance.now();
  running.load(inputsOf(running.network, data, pictures), pictures.length);
  const labels = pictures.map((picture) => data.labels[picture] ?? 0);
  const trial = createTrial(running, estimates, labels, settings);
  const predictions = estimates.map((each) => each.predictions);
  const proposals = propose(predictions, energies.options, energyBudget * energies.exact).map((proposal) => {
    stop('selection');
    return { ...proposal, ...trial.recalibrated(proposal.selection.choices.map(choiceOf)) };
  });
  const best = proposals.reduce((least, next) => (next.loss < least.loss ? next : least));
  return {
    ...{ estimates, proposals, best, trial, chosen: best.selection.choices.map(choiceOf) },
    seconds: {
      estimate: (estimated - begun) / 1000,
      selection: (performance.now() - estimated) / 1000,
    },
  };
}

/** Option 0 of a layer is exact, the candidates follow. */
export const choiceOf = (option: number): number | undefined => (option === 0 ? undefined : option - 1);
