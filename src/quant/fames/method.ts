/** FAMES (Ren, Xu, Guo, Qian, arXiv 2411.18055, withdrawn; rebuilt from its abstract): docs/fames.md says what is our choice. */
import { setImmediate } from 'node:timers/promises';
import { subset, type Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { spreadPictures } from '../calibrate/index.js';
import { parseConfig, stopWhenAsked } from '../qat/index.js';
import { uniform } from '../uniform/index.js';
import { choicesFor, readCatalogue, type ApproxMultiplier, type Choices, type Widths } from './catalogue.js';
import { famesConfigSchema, type FamesConfig, type FamesSettings } from './config.js';
import { checkBudget, energiesOf, type Energies } from './energies.js';
import type { LayerEstimate } from './estimate.js';
import { searchGenetically } from './genetic.js';
import { createTableNetwork } from './inference/table-network.js';
import { productLayers } from './layers.js';
import { calibrationData, integerNetworkOf } from './lower.js';
import { rankSubstitutions } from './ranking.js';
import { choiceOf, select, type Selected } from './select.js';
import { multiplierOf, ownCorrection, withChanges, type LayerChange } from './substitute.js';

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

/**
 * The same from a network that is quantized already. `mayChange`: layers that may get another multiplier, all by default; the
 * others count in the energy as what is exact for their widths.
 * @throws QuantError QT207, QT501, QT502, QT503
 */
export async function approximate(
  quantized: QuantizedModel,
  catalogue: CatalogueSource,
  context: Pick<MethodContext, 'data' | 'seed' | 'signal' | 'checkpoints'>,
  settings: FamesSettings,
  mayChange: (layer: string) => boolean = () => true,
): Promise<{ readonly quantized: QuantizedModel; readonly details: Readonly<Record<string, unknown>> }> {
  const stop = (phase: string): void => stopWhenAsked(context, 'FAMES', phase);
  stop('estimate');
  const running = createTableNetwork(integerNetworkOf(quantized));
  const members = typeof catalogue === 'function' ? membersFor(catalogue, running.layers) : catalogue;
  const choices = running.layers.map((layer): Choices => {
    const all = choicesFor(members, layer, layer.name);
    return mayChange(layer.name) ? all : { exact: all.exact, approximate: [] };
  });
  const energies = energiesOf(running.layers, choices);
  checkBudget(energies, settings.energyBudget);
  const data = calibrationData(context.data);
  const pictures = spreadPictures(data, settings.pictures);
  const selected = await select({ quantized, running, choices, energies, data, pictures, settings, stop });
  const ranking = settings.ranking
    ? await rankSubstitutions(quantized, members, context.data, settings)
    : undefined;
  const genetic = await evolve(settings, energies, selected, context.seed, stop);
  return {
    quantized: withChanges(quantized, changesOf(selected)),
    details: {
      settings: { ...settings, catalogue: `${members.length} multipliers` },
      pictures: {
        from: data === context.data.validation ? 'validation' : 'training',
        count: pictures.length,
      },
      layers: selected.estimates.map((each, i) => describe(each, choices[i], selected.chosen[i])),
      ...figuresOf(selected, energies),
      ...(ranking && { ranking: { firstOrder: ranking.firstOrder, bothOrders: ranking.bothOrders } }),
      ...(genetic && { genetic }),
    },
  };
}

const changesOf = ({ estimates, chosen, best }: Selected): readonly LayerChange[] =>
  estimates.map((each, i) => ({
    layer: each.layer.name,
    multiplier: multiplierOf(each, chosen[i]),
    correction: best.corrections[i] ?? ownCorrection(each, undefined, false),
  }));

function figuresOf({ estimates, proposals, best, chosen, trial, seconds }: Selected, { exact }: Energies) {
  const predicted = estimates.reduce((sum, { predictions }, i) => {
    const { first, second } = predictions[chosen[i] ?? -1] ?? { first: 0, second: 0 };
    return sum + first + second;
  }, trial.exact.loss);
  return {
    energy: { exact, chosen: best.selection.energy, ratio: best.selection.energy / exact },
    proposals: proposals.map(({ reading, selection, loss, accuracy }) => ({
      ...{ reading, energyRatio: selection.energy / exact, loss, accuracy },
    })),
    loss: { exact: trial.exact.loss, predicted, real: best.loss },
    accuracy: { exact: trial.exact.accuracy, real: best.accuracy },
    seconds,
  };
}

async function evolve(
  { genetic, energyBudget }: FamesSettings,
  { options, exact }: Energies,
  { trial, seconds }: Selected,
  seed: number,
  stop: (phase: string) => void,
) {
  if (genetic === undefined) return undefined;
  const begun = performance.now();
  const lossOf = async (choices: readonly number[]): Promise<number> => {
    // Lets a signal arrive between evaluations.
    await setImmediate();
    stop('genetic algorithm');
    return trial.quick(choices.map(choiceOf)).loss;
  };
  const found = await searchGenetically(options, energyBudget * exact, lossOf, { ...genetic, seed });
  const taken = (performance.now() - begun) / 1000;
  const { loss, accuracy } = trial.recalibrated(found.choices.map(choiceOf));
  return {
    ...{ ...genetic, ...found, seconds: taken, recalibrated: { loss, accuracy } },
    timesFaster: taken / (seconds.estimate + seconds.selection),
  };
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
