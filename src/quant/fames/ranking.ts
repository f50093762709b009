/** How well estimates rank the real effect of single substitutions. */
import { QuantError } from '../errors.js';
import { spreadPictures } from '../calibrate/index.js';
import type { MethodData } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { choicesFor, type ApproxMultiplier } from './catalogue.js';
import type { FamesSettings } from './config.js';
import { estimate } from './estimate.js';
import { evaluateTables } from './inference/evaluate.js';
import { createTableNetwork } from './inference/table-network.js';
import { inputsOf, integerNetworkOf } from './lower.js';
import { spearman } from './rank.js';
import { substituteIn } from './substitute.js';

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

/** Every candidate of every layer, alone, on `settings.pictures` training pictures. @throws QuantError QT501, QT503 */
export async function rankSubstitutions(
  quantized: QuantizedModel,
  catalogue: readonly ApproxMultiplier[],
  data: Pick<MethodData, 'train'>,
  settings: Pick<FamesSettings, 'secondOrder' | 'hessianStep' | 'biasCorrection' | 'pictures'>,
): Promise<Ranking> {
  const { secondOrder, hessianStep, biasCorrection } = settings;
  const running = createTableNetwork(integerNetworkOf(quantized));
  const pictures = spreadPictures(data.train, settings.pictures);
  const estimates = await estimate({
    ...{ quantized, running, data: data.train, pictures, secondOrder, hessianStep, biasCorrection },
    candidates: running.layers.map((layer) => choicesFor(catalogue, layer, layer.name).approximate),
  });
  const inputs = inputsOf(running.network, data.train, pictures);
  const labels = pictures.map((picture) => data.train.labels[picture] ?? 0);
  const exact = evaluateTables(running, inputs, labels).loss;
  const substitutions = estimates.flatMap(({ layer, candidates, predictions }, at) =>
    candidates.map(({ name }, candidate): SingleSubstitution => {
      const choices = estimates.map((_, i) => (i === at ? candidate : undefined));
      substituteIn(running, estimates, choices, biasCorrection);
      const real = evaluateTables(running, inputs, labels).loss - exact;
      const { first, second } = predictions[candidate] ?? { first: 0, second: 0 };
      return { layer: layer.name, multiplier: name, first, second, real };
    }),
  );
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
