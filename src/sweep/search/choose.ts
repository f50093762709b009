/** From estimates to a network that meets the accuracy: the cheapest design that does, found by trials. */

import { approximated } from './approximate.js';
import type { SearchContext } from './context.js';
import { costOf, designName, type SearchDesign } from './designs.js';
import type { SearchOptions } from './options.js';
import { SweepError } from '../errors.js';
import { firstThatPasses, frontOf } from './front.js';
import type { Fits } from './fits.js';
import { isWithin } from './loss.js';
import type { Trial, Trials } from './trials.js';
import type { Tried, Winner } from './winner.js';

export interface Choice extends Winner {
  /** Everything that was trained on the way, in order. */
  readonly tried: readonly Tried[];
}

/**
 * Halves the front of cost against predicted loss, then, among designs for the same hardware, that of energy against loss.
 * The winner is trained in full; where it then misses the accuracy, the next more accurate design is. A design is mapped to
 * the target's cells before it is trained; one that does not fit is not. Where energy is what counts, approximate
 * multipliers take what accuracy is left.
 * @throws SweepError NO_POINTS when no design of the front fits the target
 */
export const chooseDesign = async (
  context: SearchContext,
  designs: readonly SearchDesign[],
  { trials, fits }: { readonly trials: Trials; readonly fits: Fits },
): Promise<Choice> => {
  const { minimize, epochs, trialEpochs = Math.ceil(epochs / 2) } = context.options;
  const tried: Tried[] = [];
  const attempt = attempting(context, trials, tried);
  const isGood = ({ loss }: Trial): boolean => isWithin(loss, context.options);
  // Taken at its word, without a margin: the other half of the training gains.
  const passes = async (design: SearchDesign): Promise<boolean> =>
    isWithin((await attempt(design, trialEpochs)).loss, { ...context.options, margin: 0 });
  const inFull = (design: SearchDesign): Promise<Trial> => attempt(design, epochs);
  const front = frontOf(designs.map((design) => ({ ...design, cost: costOf(design, minimize) })));
  const first = await firstThatPasses(front, passes, fits);
  // Half-trained designs that miss may still pass in full: the one before is worth its training.
  const from = first === undefined ? front.length - 1 : Math.max(0, front.indexOf(first) - 1);
  const winner =
    (await firstInFull(front.slice(from), fits, inFull, isGood)) ??
    (await firstInFull(await mostAccurate(front.slice(0, from), fits), fits, inFull, isGood));
  if (winner === undefined) throw nothingFits(context.options, front.length);
  if (!winner.met) return { ...winner, tried };
  const refined = await refine(winner, designs, { passes, fits, inFull, isGood });
  if (minimize !== 'energy' || !context.options.formats.approximate) return { ...refined, tried };
  const more = await approximated(context, refined, trials);
  return { ...more.winner, tried: [...tried, ...more.tried] };
};

/** Trains a design and writes it down in `tried`. */
const attempting =
  ({ progress }: SearchContext, trials: Trials, tried: Tried[]) =>
  async (design: SearchDesign, epochs: number): Promise<Trial> => {
    progress(`trial ${tried.length + 1}: ${designName(design)}`, 0, 1);
    const { formats, activationBits } = design;
    const trial = await trials({ formats, activationBits, epochs });
    const { accuracy, loss, cpuSeconds } = trial;
    tried.push({ design, epochs, accuracy, loss, cpuSeconds });
    progress(`trial ${tried.length}: ${(100 * accuracy).toFixed(2)} %`, 1, 1);
    return trial;
  };

/** The last one that fits, by itself; none where none does. */
const mostAccurate = async (front: readonly SearchDesign[], fits: Fits): Promise<readonly SearchDesign[]> => {
  for (const design of front.toReversed()) if (await fits(design)) return [design];
  return [];
};

const nothingFits = ({ target }: SearchOptions, count: number): SweepError =>
  new SweepError(
    'NO_POINTS',
    `none of the ${count} designs that are worth trying fits ${target} (memories or LUTs, as synthesized); give smaller --arrays, fewer --activation-bits or a larger --target`,
  );

/** In order, until one passes; undefined where none fits. */
const firstInFull = async (
  designs: readonly SearchDesign[],
  fits: Fits,
  inFull: (design: SearchDesign) => Promise<Trial>,
  isGood: (trial: Trial) => boolean,
): Promise<Winner | undefined> => {
  let best: Winner | undefined;
  for (const design of designs) {
    if (!(await fits(design))) continue;
    const trial = await inFull(design);
    if (isGood(trial)) return { design, trial, met: true };
    if (best === undefined || trial.accuracy > best.trial.accuracy) best = { design, trial, met: false };
  }
  return best;
};

/** What is asked of a design: cheap questions first. */
interface Judges {
  readonly fits: Fits;
  /** Half-trained. */
  readonly passes: (design: SearchDesign) => Promise<boolean>;
  readonly inFull: (design: SearchDesign) => Promise<Trial>;
  readonly isGood: (trial: Trial) => boolean;
}

/** Less energy from the same hardware, as long as the accuracy is met. */
const refine = async (
  winner: Winner,
  designs: readonly SearchDesign[],
  { passes, fits, inFull, isGood }: Judges,
): Promise<Winner> => {
  const { luts, energyPj, cycles, array } = winner.design;
  const cheaper = designs.filter(
    (design) =>
      design.luts <= luts &&
      design.energyPj < 0.98 * energyPj &&
      design.cycles <= cycles &&
      design.array.rows === array.rows &&
      design.array.columns === array.columns,
  );
  const front = frontOf(cheaper.map((design) => ({ ...design, cost: design.energyPj })));
  const first = await firstThatPasses(front, passes, fits);
  if (first === undefined) return winner;
  const found = await firstInFull(front.slice(front.indexOf(first)), fits, inFull, isGood);
  return found?.met === true ? found : winner;
};
