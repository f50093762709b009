/** What choices of multipliers really do to the network. */
import type { Evaluation } from '../train/index.js';
import type { FamesSettings } from './config.js';
import type { LayerEstimate } from './estimate.js';
import { evaluateOutputs } from './inference/evaluate.js';
import type { TableNetwork } from './inference/table-network.js';
import { momentsOf, recalibrate, type Correction } from './recalibrate.js';
import { multiplierOf, ownCorrection, substituteIn, type LayerChoices } from './substitute.js';

/** Real evaluations of any choices on the pictures that the network has taken in. */
export interface Trial {
  readonly exact: Evaluation;
  /** Each layer corrected on its own, by its bias. */
  readonly quick: (choices: LayerChoices) => Evaluation;
  /** Corrected as the result is, layer after layer. */
  readonly recalibrated: (
    choices: LayerChoices,
  ) => Evaluation & { readonly corrections: readonly Correction[] };
}

/** The network has taken in the pictures that `labels` belong to, and is exact. */
export function createTrial(
  running: TableNetwork,
  estimates: readonly LayerEstimate[],
  labels: readonly number[],
  { biasCorrection, recalibration }: FamesSettings,
): Trial {
  const evaluated = (): Evaluation => evaluateOutputs(running, running.outputs(), labels);
  const wanted = momentsOf(running);
  const exact = evaluated();
  const quick = (choices: LayerChoices): Evaluation => {
    substituteIn(running, estimates, choices, biasCorrection);
    running.compute();
    return evaluated();
  };
  const recalibrated: Trial['recalibrated'] = (choices) => {
    if (!recalibration) {
      const corrections = estimates.map((each, i) => ownCorrection(each, choices[i], biasCorrection));
      return { ...quick(choices), corrections };
    }
    const multipliers = estimates.map((each, i) => multiplierOf(each, choices[i]));
    const corrections = recalibrate(running, multipliers, wanted);
    return { ...evaluated(), corrections };
  };
  return { exact, quick, recalibrated };
}
