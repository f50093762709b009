/** How well estimates rank the real effect of single substitutions. */
import { QuantError } from '../errors.js';
import { spreadPictures } from '../calibrate/index.js';
import type { MethodData } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { choicesFor, type ApproxMultiplier } from './catalogue.js';
import type { FamesSettings } from './config.js';
import { estimate } from './estimate.js';
import { evaluateOutputs } from './inference/evaluate.js';
import { createTableNetwork } from './inference/table-network.js';
import { calibrationData, inputsOf, integerNetworkOf } from './lower.js';
import { spearman } from './rank.js';
import { ownCorrection } from './substitute.js';

/** One layer with one multiplier, all others exact. */
export interface SingleSubstitution {
  readonly layer: string;
  readonly multiplier: string;
  readonly first: number;
  readonly second: number;
  /** Change of the mean loss, computed with the table. */
  readonly real: number;
}

export interface Ranking {
  readonly substitutions: readonly SingleSubstitution[];
  /** Spearman's correlation with the real change, of the first order alone and of both. */
  readonly firstOrder: number;
  readonly bothOrders: number;
}

/**
 * Every candidate of every layer, alone and corrected by its bias, on `settings.pictures` held-back pictures. From the last layer
 * to the first: only what lies behind the substitution is computed again. @throws QuantError QT501, QT503
 */
export async function rankSubstitutions(
  quantized: QuantizedModel,
  catalogue: readonly ApproxMultiplier[],
  data: MethodData,
  settings: Pick<FamesSettings, 'secondOrder' | 'hessianStep' | 'biasCorrection' | 'pictures'>,
): Promise<Ranking> {
  const { secondOrder, hessianStep, biasCorrection } = settings;
  const running = createTableNetwork(integerNetworkOf(quantized));
  const calibration = calibrationData(data);
  const pictures = spreadPictures(calibration, settings.pictures);
  const estimates = await estimate({
    ...{ quantized, running, data: calibration, pictures, secondOrder, hessianStep, biasCorrection },
    candidates: running.layers.map((layer) => choicesFor(catalogue, layer, layer.name).approximate),
  });
  const labels = pictures.map((picture) => calibration.labels[picture] ?? 0);
  running.load(inputsOf(running.network, calibration, pictures), pictures.length);
  running.compute();
  const exact = evaluateOutputs(running, running.outputs(), labels).loss;
  const substitutions = estimates.toReversed().flatMap((layerEstimate) => {
    const { layer, candidates, predictions } = layerEstimate;
    const found = candidates.map(({ name, table }, candidate): SingleSubstitution => {
      const { bias } = ownCorrection(layerEstimate, candidate, biasCorrection);
      running.substitute(layer.name, { table, bias });
      running.compute({ from: layer.name });
      const real = evaluateOutputs(running, running.outputs(), labels).loss - exact;
      const { first, second } = predictions[candidate] ?? { first: 0, second: 0 };
      return { layer: layer.name, multiplier: name, first, second, real };
    });
    running.substitute(layer.name, undefined);
    return found;
  });
  if (substitutions.length === 0) {
    throw new QuantError(
      'QT501',
      'the catalogue has nothing to rank: no approximate multiplier fits a layer.',
    );
  }
  const real = substitutions.map((each) => each.real);
  return {
    substitutions,
    firstOrder: spearman(
      substitutions.map(({ first }) => first),
      real,
    ),
    bothOrders: spearman(
      substitutions.map(({ first, second }) => first + second),
      real,
    ),
  };
}
