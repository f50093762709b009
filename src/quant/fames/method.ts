/** FAMES (Ren, Xu, Guo, Qian, arXiv 2411.18055, withdrawn; rebuilt from its abstract): docs/fames.md says what is our choice. */
import { setImmediate } from 'node:timers/promises';
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { spreadPictures } from '../calibrate/index.js';
import { parseConfig, stopWhenAsked } from '../qat/index.js';
import { uniform } from '../uniform/index.js';
import { choicesFor, readCatalogue, type ApproxMultiplier, type Choices } from './catalogue.js';
import { famesConfigSchema, type FamesConfig, type FamesSettings } from './config.js';
import { estimate, type LayerEstimate } from './estimate.js';
import { searchGenetically } from './genetic.js';
import { evaluateTables } from './inference/evaluate.js';
import { rankSubstitutions } from './ranking.js';
import { createTableNetwork, type TableNetwork } from './inference/table-network.js';
import { selectExactly, type Option } from './knapsack.js';
import { inputsOf, integerNetworkOf } from './lower.js';
import { substituteIn, withChoices, type LayerChoices } from './substitute.js';

/**
 * A mixed-precision quantized network by `uniform`, then one multiplier per layer: least predicted loss within the energy
 * budget, by an exact selection; calibration by bias correction, no re-training.
 * `catalogue`: what to choose from where the configuration has none.
 * @throws QuantError QT201 a bad configuration, QT501 a catalogue that cannot serve, QT502 a budget that no choice meets,
 * QT503 layers that tables cannot express, QT207 stopped, and what `uniform` throws
 */
export function fames(config: FamesConfig = {}, catalogue: readonly ApproxMultiplier[] = []): Method {
  const settings = parseConfig(famesConfigSchema, config, 'FAMES');
  const members = readCatalogue(settings.catalogue ?? catalogue);
  return async (context) => {
    const start = await uniform(settings.start)(context);
    const result = await approximate(start.quantized, members, context, settings);
    return { ...result, details: { ...result.details, start: start.details } };
  };
}

/** The same from a network that is quantized already. @throws QuantError QT207, QT501, QT502, QT503 */
export async function approximate(
  quantized: QuantizedModel,
  catalogue: readonly ApproxMultiplier[],
  context: Pick<MethodContext, 'data' | 'seed' | 'signal' | 'checkpoints'>,
  settings: FamesSettings,
): Promise<{ readonly quantized: QuantizedModel; readonly details: Readonly<Record<string, unknown>> }> {
  const { data } = context;
  const { secondOrder, hessianStep, biasCorrection, energyBudget } = settings;
  const stop = (phase: string): void => stopWhenAsked(context, 'FAMES', phase);
  stop('estimate');
  const running = createTableNetwork(integerNetworkOf(quantized));
  const choices = running.layers.map((layer) => choicesFor(catalogue, layer, layer.name));
  const energies = energiesOf(running, choices);
  const budget = energyBudget * energies.exact;
  checkBudget(energies, energyBudget);
  const pictures = spreadPictures(data.train, settings.pictures);

  const begun = performance.now();
  const estimates = await estimate({
    ...{ quantized, running, data: data.train, pictures, secondOrder, hessianStep, biasCorrection },
    beforeLayer: (layer) => stop(`estimate of ${layer}`),
    candidates: choices.map(({ approximate }) => approximate),
  });
  const estimated = performance.now();
  const selection = selectExactly(optionsOf(estimates, energies), budget);
  const selected = performance.now();
  const chosen = selection.choices.map(choiceOf);

  const judge = createJudge(running, estimates, inputsOf(running.network, data.train, pictures), {
    labels: pictures.map((picture) => data.train.labels[picture] ?? 0),
    biasCorrection,
  });
  const [before, after] = [judge(running.layers.map(() => undefined)), judge(chosen)];
  stop('evaluation');
  const ranking = settings.ranking
    ? await rankSubstitutions(quantized, catalogue, data, settings)
    : undefined;
  const genetic = await evolve(settings, energies.options, budget, judge, {
    seed: context.seed,
    stop: () => stop('genetic algorithm'),
  });
  return {
    quantized: withChoices(quantized, estimates, chosen, biasCorrection),
    details: {
      settings: { ...settings, catalogue: `${catalogue.length} multipliers` },
      layers: estimates.map((each, i) => describe(each, choices[i], chosen[i])),
      energy: { exact: energies.exact, chosen: selection.energy, ratio: selection.energy / energies.exact },
      loss: { exact: before.loss, predicted: before.loss + selection.loss, real: after.loss },
      accuracy: { exact: before.accuracy, real: after.accuracy },
      seconds: { estimate: (estimated - begun) / 1000, selection: (selected - estimated) / 1000 },
      ...(ranking && { ranking: { firstOrder: ranking.firstOrder, bothOrders: ranking.bothOrders } }),
      ...(genetic && { genetic: { ...genetic, timesFaster: (genetic.seconds * 1000) / (selected - begun) } }),
    },
  };
}

/** Option 0 of a layer is exact, the candidates follow. */
const choiceOf = (option: number): number | undefined => (option === 0 ? undefined : option - 1);

interface Energies {
  /** Per layer and option, of all products of one picture. */
  readonly options: readonly (readonly number[])[];
  /** Of the whole network with exact multipliers. */
  readonly exact: number;
}

function energiesOf({ layers }: TableNetwork, choices: readonly Choices[]): Energies {
  const options = choices.map(({ exact, approximate: others }, i) =>
    [exact, ...others].map(({ energy }) => energy * (layers[i]?.products ?? 0)),
  );
  return { options, exact: options.reduce((sum, [exact = 0]) => sum + exact, 0) };
}

/** @throws QuantError QT502, in the unit of the configuration */
function checkBudget({ options, exact }: Energies, energyBudget: number): void {
  const least = options.reduce((sum, energies) => sum + Math.min(...energies), 0);
  if (least <= energyBudget * exact) return;
  throw new QuantError(
    'QT502',
    `no choice of multipliers meets an energyBudget of ${energyBudget}; the least possible is ${roundedUp(least / exact)} of the exact ` +
      "multipliers' energy. Raise it, or give the catalogue cheaper multipliers.",
  );
}

/** To four digits, so that it is a budget that can be met. */
const roundedUp = (share: number): number => Math.ceil(share * 1e4) / 1e4;

const optionsOf = (estimates: readonly LayerEstimate[], energies: Energies): readonly (readonly Option[])[] =>
  estimates.map(({ predictions }, layer) => {
    const losses = [0, ...predictions.map(({ first, second }) => first + second)];
    return losses.map((loss, option) => ({ loss, energy: energies.options[layer]?.[option] ?? 0 }));
  });

type Judge = (choices: LayerChoices) => { readonly loss: number; readonly accuracy: number };

/** Real loss of any choices on the calibration pictures. */
const createJudge =
  (
    running: TableNetwork,
    estimates: readonly LayerEstimate[],
    inputs: Int32Array,
    { labels, biasCorrection }: { readonly labels: readonly number[]; readonly biasCorrection: boolean },
  ): Judge =>
  (choices) => {
    substituteIn(running, estimates, choices, biasCorrection);
    return evaluateTables(running, inputs, labels);
  };

async function evolve(
  { genetic }: FamesSettings,
  energies: readonly (readonly number[])[],
  budget: number,
  judge: Judge,
  { seed, stop }: { readonly seed: number; readonly stop: () => void },
) {
  if (genetic === undefined) return undefined;
  const begun = performance.now();
  const lossOf = async (options: readonly number[]): Promise<number> => {
    // Lets a signal arrive between evaluations.
    await setImmediate();
    stop();
    return judge(options.map(choiceOf)).loss;
  };
  const found = await searchGenetically(energies, budget, lossOf, { ...genetic, seed });
  return { ...genetic, ...found, seconds: (performance.now() - begun) / 1000 };
}

function describe(
  { layer, candidates, predictions }: LayerEstimate,
  choices: Choices | undefined,
  choice?: number,
) {
  if (choices === undefined) throw new QuantError('QT501', `layer "${layer.name}" has no choices.`);
  const multiplier = choice === undefined ? choices.exact : (candidates[choice] ?? choices.exact);
  return {
    ...{ name: layer.name, products: layer.products, multiplier: multiplier.name },
    ...{ actBits: layer.actBits, weightBits: layer.weightBits, candidates: candidates.length },
    energy: { exact: choices.exact.energy, chosen: multiplier.energy },
    predicted: choice === undefined ? { first: 0, second: 0 } : predictions[choice],
  };
}
