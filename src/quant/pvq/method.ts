/** Pyramid vector quantization of networks (Liguori, arXiv 1704.02681): the weights of a vector share K pulses and one scale. */
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import { quantizationPoints } from '../model/index.js';
import {
  byName,
  parseConfig,
  uniformQuantizer,
  withSession,
  type PhaseSummary,
  type QuantizationPlan,
  type Session,
  type WeightQuantizer,
} from '../qat/index.js';
import {
  checkRun,
  chooseLayers,
  pvqConfigSchema,
  type LayerChoice,
  type PvqConfig,
  type PvqSettings,
} from './config.js';
import { pvqGrid } from './quantize.js';
import { pvqFigures } from './report.js';
import {
  measureChoices,
  mostTrials,
  ratioPath,
  searchPath,
  type Ratios,
  type SearchResult,
} from './search.js';

/** The ratios that the projections of a run use now; they change between its phases only. */
interface Current {
  ratios: Ratios;
}

/**
 * 0 epochs: projection alone; else re-training of latent weights, the projection straight through. Normalizations are not
 * needed: the scales keep the vectors' lengths.
 * @throws QuantError QT201 and QT405 a bad configuration, QT402, QT403 vectors that are too large, QT406 a target out of
 * reach, QT603 an unknown layer, QT100 data that does not fit, QT207 stopped
 */
export const pvq = (config: PvqConfig = {}): Method => {
  const settings = parseConfig(pvqConfigSchema, config, 'PVQ');
  return (context) => {
    checkRun(settings, context.epochs);
    const layers = chooseLayers(context.model, settings);
    const wanted = Object.fromEntries(layers.pvq.map(({ node, ratio }) => [node.name, ratio]));
    const current: Current = { ratios: wanted };
    const plan = planOf(context, settings, layers, current);
    return withSession(context, { method: 'PVQ', config: settings, plan }, async (session) => {
      const { phases, search } =
        settings.search === undefined
          ? await retrainInStages(session, current, wanted, stageEpochs(settings, context.epochs))
          : await searchAndRetrain({ session, current, context, layers }, settings.search);
      const quantized = await session.finish();
      const figures = pvqFigures(quantized, layers.pvq);
      const kept = layers.kept.map(({ name }) => name);
      return {
        quantized,
        details: { settings, ...figures, ratios: current.ratios, kept, phases, ...(search && { search }) },
      };
    });
  };
};

const planOf = (
  { model }: MethodContext,
  settings: PvqSettings,
  { pvq, kept }: LayerChoice,
  current: Current,
): QuantizationPlan => {
  const integers = { bits: settings.keep.bits, method: 'minMax', perChannel: true } as const;
  const quantizers: readonly (readonly [layer: string, quantizer: WeightQuantizer])[] = [
    ...pvq.map(({ node, ratio, options }) => {
      const ratioNow = (): number => current.ratios[node.name] ?? ratio;
      const quantizer: WeightQuantizer = (latent) => pvqGrid(latent, node, { ...options, ratio: ratioNow() });
      return [node.name, quantizer] as const;
    }),
    ...kept.map((node) => [node.name, uniformQuantizer(node, integers)] as const),
  ];
  return {
    weights: Object.fromEntries(quantizers),
    projected: true,
    activations: byName(quantizationPoints(model), () => ({
      bits: settings.activationBits,
      method: settings.activationRange,
    })),
  };
};

interface Trained {
  readonly phases: readonly PhaseSummary[];
  readonly search?: Omit<SearchResult, 'ratios'> & { readonly target: number };
}

/** Epochs of each stage; the last gets what does not divide. */
const stageEpochs = ({ stages }: PvqSettings, epochs: number): readonly number[] => {
  const each = Math.floor(epochs / stages);
  return Array.from({ length: stages }, (_, i) => (i < stages - 1 ? each : epochs - each * (stages - 1)));
};

/** N/K of stage s of S is ratio^(s / S): 1 would be stage 0. */
const retrainInStages = async (
  session: Session,
  current: Current,
  wanted: Ratios,
  epochs: readonly number[],
): Promise<Trained> => {
  const phases: PhaseSummary[] = [];
  for (const [index, some] of epochs.entries()) {
    const share = (index + 1) / epochs.length;
    current.ratios =
      share === 1
        ? wanted
        : Object.fromEntries(Object.entries(wanted).map(([name, ratio]) => [name, ratio ** share]));
    if (some > 0) phases.push(await session.retrain(`stage ${index + 1} of ${epochs.length}`, some));
  }
  return { phases };
};

interface SearchRun {
  readonly session: Session;
  readonly current: Current;
  readonly context: MethodContext;
  readonly layers: LayerChoice;
}

/** The epochs that the trials leave go into the chosen ratios; their result is taken only where it is better. */
const searchAndRetrain = async (
  { session, current, context, layers }: SearchRun,
  { drop, ratios, trialEpochs }: NonNullable<PvqSettings['search']>,
): Promise<Trained> => {
  checkBudget(trialEpochs * mostTrials(1 + layers.pvq.length * (ratios.length - 1)), context.epochs);
  const { trainer } = session;
  const { validation } = context.data;
  const start = trainer.values.slice();
  trainer.setQuantizers({});
  const target = (await trainer.evaluate(validation)).accuracy - drop;
  const path = ratioPath(await measureChoices(trainer, validation, layers.pvq, ratios), ratios);
  const phases: PhaseSummary[] = [];
  const trained = new Map<Ratios, Float32Array>();
  const accuracyNow = async (): Promise<number> => {
    await session.finish();
    return (await trainer.evaluate(validation)).accuracy;
  };
  const result = await searchPath(path, target, async (trial) => {
    current.ratios = trial;
    trainer.values.set(start);
    if (trialEpochs > 0) phases.push(await session.retrain(`trial ${trained.size + 1}`, trialEpochs));
    trained.set(trial, trainer.values.slice());
    return accuracyNow();
  });
  current.ratios = result.ratios;
  const chosen = trained.get(result.ratios) ?? start;
  trainer.values.set(chosen);
  let { accuracy } = result;
  const left = context.epochs - trialEpochs * trained.size;
  if (left > 0) {
    phases.push(await session.retrain('chosen ratios', left));
    const after = await accuracyNow();
    if (after < accuracy) trainer.values.set(chosen);
    accuracy = Math.max(accuracy, after);
  }
  return { phases, search: { target, accuracy, trials: result.trials } };
};

const checkBudget = (needed: number, epochs: number): void => {
  if (needed > epochs)
    throw new QuantError(
      'QT405',
      `the trials of the search may take ${needed} epochs, more than the run's ${epochs}. Give more epochs, or fewer trialEpochs or ratios.`,
    );
};
