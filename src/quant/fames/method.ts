/** FAMES (Ren, Xu, Guo, Qian, arXiv 2411.18055, withdrawn; rebuilt from its abstract): docs/fames.md says what is our choice. */
import { setImmediate } from 'node:timers/promises';
import { subset, type Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { spreadPictures } from '../calibrate/index.js';
import { parseConfig, stopWhenAsked } from '../qat/index.js';
import type { Evaluation } from '../train/index.js';
import { uniform } from '../uniform/index.js';
import { choicesFor, readCatalogue, type ApproxMultiplier, type Choices, type Widths } from './catalogue.js';
import { famesConfigSchema, type FamesConfig, type FamesSettings } from './config.js';
import { estimate, type LayerEstimate } from './estimate.js';
import { searchGenetically } from './genetic.js';
import { evaluateOutputs } from './inference/evaluate.js';
import { createTableNetwork, type TableNetwork } from './inference/table-network.js';
import type { Selection } from './knapsack.js';
import { productLayers } from './layers.js';
import { calibrationData, inputsOf, integerNetworkOf } from './lower.js';
import { propose } from './propose.js';
import { rankSubstitutions } from './ranking.js';
import { momentsOf, recalibrate, type Correction } from './recalibrate.js';
import { multiplierOf, ownCorrection, substituteIn, withChanges, type LayerChoices } from './substitute.js';

/** What to choose from: a list, or what there is for some widths. */
export type CatalogueSource = readonly ApproxMultiplier[] | ((widths: Widths) => readonly ApproxMultiplier[]);

/**
 * A mixed-precision quantized network by `uniform`, then one multiplier per layer: least loss within the energy budget,
 * proposed by exact selections on an estimate; calibration by gains and biases, no re-training.
 * `catalogue`: what to choose from where the configuration has none.
 * @throws QuantError QT201 a bad configuration, QT501 a catalogue that cannot serve, QT502 a budget that no choice meets,
 * QT503 layers that tables cannot express, QT207 stopped, and what `uniform` throws
 */
export function fames(config: FamesConfig = {}, catalogue: CatalogueSource = []): Method {
  const settings = parseConfig(famesConfigSchema, config, 'FAMES');
  const source = settings.catalogue ?? catalogue;
  const listed = typeof source === 'function' ? source : readCatalogue(source);
  return async (context) => {
    const layers = productLayers(integerNetworkOf(await rehearsed(context, settings)));
    const members = typeof listed === 'function' ? membersFor(listed, layers) : listed;
    checkBudget(
      energiesOf(
        layers,
        layers.map((layer) => choicesFor(members, layer, layer.name)),
      ),
      settings.energyBudget,
    );
    const start = await uniform(settings.start)(context);
    const result = await approximate(start.quantized, members, context, settings);
    return { ...result, details: { ...result.details, start: start.details } };
  };
}

/** The quantized network without training, on a few pictures: what cannot be served is refused before the training. */
async function rehearsed(context: MethodContext, { start }: FamesSettings): Promise<QuantizedModel> {
  const { model, input, seed, data } = context;
  const few = (set: Dataset): Dataset => (set.count === 0 ? set : subset(set, spreadPictures(set, 16)));
  const rehearsal = uniform({ ...start, sensitivity: false });
  const pictures = { train: few(data.train), validation: few(data.validation) };
  return (await rehearsal({ model, input, seed, data: pictures, epochs: 0 })).quantized;
}

/** Members for every widths among the layers, once. */
const membersFor = (
  source: (widths: Widths) => readonly ApproxMultiplier[],
  layers: readonly Widths[],
): readonly ApproxMultiplier[] => {
  const all = layers.map(({ actBits, actSigned, weightBits }) => ({ actBits, actSigned, weightBits }));
  const distinct = new Map(all.map((widths) => [JSON.stringify(widths), widths]));
  return [...distinct.values()].flatMap((widths) => source(widths));
};

/** The same from a network that is quantized already. @throws QuantError QT207, QT501, QT502, QT503 */
export async function approximate(
  quantized: QuantizedModel,
  catalogue: readonly ApproxMultiplier[],
  context: Pick<MethodContext, 'data' | 'seed' | 'signal' | 'checkpoints'>,
  settings: FamesSettings,
): Promise<{ readonly quantized: QuantizedModel; readonly details: Readonly<Record<string, unknown>> }> {
  const { secondOrder, hessianStep, biasCorrection, energyBudget } = settings;
  const stop = (phase: string): void => stopWhenAsked(context, 'FAMES', phase);
  stop('estimate');
  const running = createTableNetwork(integerNetworkOf(quantized));
  const choices = running.layers.map((layer) => choicesFor(catalogue, layer, layer.name));
  const energies = energiesOf(running.layers, choices);
  const budget = energyBudget * energies.exact;
  checkBudget(energies, energyBudget);
  const data = calibrationData(context.data);
  const pictures = spreadPictures(data, settings.pictures);

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
  const proposals = propose(predictions, energies.options, budget).map(({ reading, selection }) => {
    stop('selection');
    return { reading, selection, ...trial.recalibrated(selection.choices.map(choiceOf)) };
  });
  const best = proposals.reduce((least, next) => (next.loss < least.loss ? next : least));
  const selected = performance.now();

  const chosen = best.selection.choices.map(choiceOf);
  const changes = estimates.map((each, i) => ({
    layer: each.layer.name,
    multiplier: multiplierOf(each, chosen[i]),
    correction: best.corrections[i] ?? ownCorrection(each, undefined, false),
  }));
  const ranking = settings.ranking
    ? await rankSubstitutions(quantized, catalogue, context.data, settings)
    : undefined;
  const genetic = await evolve(settings, energies.options, budget, trial, {
    seed: context.seed,
    stop: () => stop('genetic algorithm'),
  });
  return {
    quantized: withChanges(quantized, changes),
    details: {
      settings: { ...settings, catalogue: `${catalogue.length} multipliers` },
      pictures: {
        from: data === context.data.validation ? 'validation' : 'training',
        count: pictures.length,
      },
      layers: estimates.map((each, i) => describe(each, choices[i], chosen[i])),
      energy: {
        exact: energies.exact,
        chosen: best.selection.energy,
        ratio: best.selection.energy / energies.exact,
      },
      proposals: proposals.map(({ reading, selection, loss, accuracy }) => ({
        ...{ reading, energyRatio: selection.energy / energies.exact, loss, accuracy },
      })),
      loss: {
        exact: trial.exact.loss,
        predicted: trial.exact.loss + predictedLoss(estimates, chosen),
        real: best.loss,
      },
      accuracy: { exact: trial.exact.accuracy, real: best.accuracy },
      seconds: { estimate: (estimated - begun) / 1000, selection: (selected - estimated) / 1000 },
      ...(ranking && { ranking: { firstOrder: ranking.firstOrder, bothOrders: ranking.bothOrders } }),
      ...(genetic && { genetic: { ...genetic, timesFaster: (genetic.seconds * 1000) / (selected - begun) } }),
    },
  };
}

/** Option 0 of a layer is exact, the candidates follow. */
const choiceOf = (option: Selection['choices'][number]): number | undefined =>
  option === 0 ? undefined : option - 1;

/** First and second order, added over the layers. */
const predictedLoss = (estimates: readonly LayerEstimate[], choices: LayerChoices): number =>
  estimates.reduce((sum, { predictions }, i) => {
    const prediction = predictions[choices[i] ?? -1];
    return sum + (prediction === undefined ? 0 : prediction.first + prediction.second);
  }, 0);

/** Real evaluations of any choices on the pictures that the network has taken in. */
interface Trial {
  readonly exact: Evaluation;
  /** Each layer corrected on its own, by its bias. */
  readonly quick: (choices: LayerChoices) => Evaluation;
  /** Corrected as the result is, layer after layer. */
  readonly recalibrated: (
    choices: LayerChoices,
  ) => Evaluation & { readonly corrections: readonly Correction[] };
}

function createTrial(
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

interface Energies {
  /** Per layer and option, of all products of one picture. */
  readonly options: readonly (readonly number[])[];
  /** Of the whole network with exact multipliers. */
  readonly exact: number;
}

function energiesOf(layers: readonly { readonly products: number }[], choices: readonly Choices[]): Energies {
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

async function evolve(
  { genetic }: FamesSettings,
  energies: readonly (readonly number[])[],
  budget: number,
  trial: Trial,
  { seed, stop }: { readonly seed: number; readonly stop: () => void },
) {
  if (genetic === undefined) return undefined;
  const begun = performance.now();
  const lossOf = async (options: readonly number[]): Promise<number> => {
    // Lets a signal arrive between evaluations.
    await setImmediate();
    stop();
    return trial.quick(options.map(choiceOf)).loss;
  };
  const found = await searchGenetically(energies, budget, lossOf, { ...genetic, seed });
  const seconds = (performance.now() - begun) / 1000;
  const { loss, accuracy } = trial.recalibrated(found.choices.map(choiceOf));
  return { ...genetic, ...found, seconds, recalibrated: { loss, accuracy } };
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
