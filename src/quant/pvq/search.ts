/** The greatest N/K per layer that an accuracy target allows. */
import type { Dataset } from '../../nn/index.js';
import { pyramidBits } from '../../num/index.js';
import { sensitivity } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import type { Trainer } from '../train/index.js';
import type { PvqLayer } from './config.js';
import { pulsesFor, pvqProjection, scaleGroups } from './quantize.js';

/** N/K by layer. */
export type Ratios = Readonly<Record<string, number>>;

/** A layer at every ratio, mildest first. */
export interface RatioChoices {
  readonly layer: string;
  /** Relative error of the logits when this layer alone has the ratio. */
  readonly errors: readonly number[];
  /** Bits to store the layer. */
  readonly bits: readonly number[];
}

/** Measured on the float network. Leaves the trainer without quantizers. @throws QuantError QT601 */
export const measureChoices = async (
  trainer: Pick<Trainer, 'setQuantizers' | 'logits'>,
  data: Dataset,
  layers: readonly PvqLayer[],
  ratios: readonly number[],
): Promise<readonly RatioChoices[]> => {
  const errors = new Map<string, number[]>(layers.map(({ node }) => [node.name, []]));
  for (const ratio of ratios) {
    const projections = Object.fromEntries(
      layers.map(({ node, options }) => [node.name, pvqProjection(node, { ...options, ratio })]),
    );
    for (const { layer, logitError } of await sensitivity(trainer, data, projections))
      errors.get(layer)?.push(logitError);
  }
  return layers.map((layer) => ({
    layer: layer.node.name,
    errors: errors.get(layer.node.name) ?? [],
    bits: ratios.map((ratio) => storedBits(layer, ratio)),
  }));
};

const storedBits = ({ node, options }: PvqLayer, ratio: number): number => {
  const vectors = scaleGroups(options.grouping, node);
  const length = node.weights.length / vectors;
  return vectors * pyramidBits({ length, pulses: pulsesFor(length, ratio) });
};

/**
 * From every layer at the mildest ratio to every layer at the harshest: each step raises the ratio of the layer that adds
 * least logit error per bit it saves. Errors of several layers are taken to add up.
 */
export const ratioPath = (choices: readonly RatioChoices[], ratios: readonly number[]): readonly Ratios[] => {
  const levels = choices.map(() => 0);
  const ratiosNow = (): Ratios =>
    Object.fromEntries(choices.map(({ layer }, i) => [layer, ratios[levels[i] ?? 0] ?? 0]));
  const path = [ratiosNow()];
  for (let step = choices.length * (ratios.length - 1); step > 0; step--) {
    const costs = choices.map((choice, i) => costOfNext(choice, levels[i] ?? 0));
    const cheapest = costs.indexOf(Math.min(...costs));
    levels[cheapest] = (levels[cheapest] ?? 0) + 1;
    path.push(ratiosNow());
  }
  return path;
};

/** Added error per bit; Infinity at the harshest ratio. */
const costOfNext = ({ errors, bits }: RatioChoices, level: number): number => {
  const [error, next] = [errors[level] ?? 0, errors[level + 1]];
  if (next === undefined) return Infinity;
  const saved = (bits[level] ?? 0) - (bits[level + 1] ?? 0);
  return saved > 0 ? (next - error) / saved : Math.max(0, next - error);
};

export interface Trial {
  /** Place on the path. */
  readonly step: number;
  readonly accuracy: number;
}

export interface SearchResult {
  readonly ratios: Ratios;
  readonly accuracy: number;
  readonly trials: readonly Trial[];
}

/** Greatest number of trials on a path. */
export const mostTrials = (steps: number): number => 1 + Math.ceil(Math.log2(steps));

/**
 * Bisection on the path for the harshest ratios whose measured accuracy meets the target. Accuracy need not fall at every
 * step: what is returned has been measured, but a harsher one that also meets it may exist.
 * @throws QuantError QT406 when not even the mildest ratios meet it
 */
export const searchPath = async (
  path: readonly Ratios[],
  target: number,
  accuracyOf: (ratios: Ratios) => Promise<number>,
): Promise<SearchResult> => {
  const trials: Trial[] = [];
  const measure = async (step: number): Promise<Trial> => {
    const trial = { step, accuracy: await accuracyOf(path[step] ?? {}) };
    trials.push(trial);
    return trial;
  };
  let best = await measure(0);
  if (best.accuracy < target) throw unreachable(path[0] ?? {}, target, best.accuracy);
  let failed = path.length;
  while (failed - best.step > 1) {
    const trial = await measure(Math.floor((best.step + failed) / 2));
    if (trial.accuracy >= target) best = trial;
    else failed = trial.step;
  }
  return { ratios: path[best.step] ?? {}, accuracy: best.accuracy, trials };
};

const unreachable = (mildest: Ratios, target: number, reached: number): QuantError =>
  new QuantError(
    'QT406',
    `the search needs a validation accuracy of ${percent(target)}, but with the mildest ratio, N/K = ${Object.values(mildest)[0] ?? 0} ` +
      `in every layer, the network reaches ${percent(reached)}. Allow a greater drop, start search.ratios lower, ` +
      'give search.trialEpochs, or keep sensitive layers at 8 bits.',
  );

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
