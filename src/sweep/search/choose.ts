/** From estimates to a network that meets the accuracy: the cheapest design that does, found by trials. */

import { approximated } from './approximate.js';
import type { SpaceContext } from './space.js';
import { costOf, designName, type SearchDesign } from './designs.js';
import { firstThatPasses, frontOf } from './front.js';
import type { Trial, Trials } from './trials.js';
import type { Tried, Winner } from './winner.js';

export interface Choice extends Winner {
  /** Everything that was trained on the way, in order. */
  readonly tried: readonly Tried[];
}

/**
 * Halves the front of cost against predicted loss, then, among designs for the same hardware, that of energy against loss.
 * The winner is trained in full; where it then misses the accuracy, the next more accurate design is. Where energy is what
 * counts, approximate multipliers take what accuracy is left.
 * `wanted`: validation accuracy, 0 .. 1.
 */
export const chooseDesign = async (
  context: SpaceContext,
  designs: readonly SearchDesign[],
  trials: Trials,
  wanted: number,
): Promise<Choice> => {
  const { options, progress } = context;
  const { minimize, epochs, trialEpochs = Math.ceil(epochs / 2) } = options;
  const tried: Tried[] = [];
  const attempt = async (design: SearchDesign, length: number): Promise<Trial> => {
    progress(`trial ${tried.length + 1}: ${designName(design)}`, 0, 1);
    const { formats, activationBits } = design;
    const trial = await trials({ formats, activationBits, epochs: length });
    tried.push({ design, epochs: length, accuracy: trial.accuracy });
    progress(`trial ${tried.length}: ${(100 * trial.accuracy).toFixed(2)} %`, 1, 1);
    return trial;
  };
  const passes = async (design: SearchDesign): Promise<boolean> =>
    (await attempt(design, trialEpochs)).accuracy >= wanted;

  const front = frontOf(designs.map((design) => ({ ...design, cost: costOf(design, minimize) })));
  const first = await firstThatPasses(front, passes);
  // Half-trained designs that miss may still pass in full: the one before is worth its training.
  const from = first === undefined ? front.length - 1 : Math.max(0, front.indexOf(first) - 1);
  const winner = await firstInFull(front.slice(from), attempt, { epochs, wanted });
  if (winner === undefined) throw new RangeError('a front has designs');
  if (!winner.met) return { ...winner, tried };
  const refined = await refine(winner, designs, passes, (design) => attempt(design, epochs), wanted);
  if (minimize !== 'energy' || !options.formats.approximate) return { ...refined, tried };
  const more = await approximated(context, refined, trials, wanted);
  return { ...more.winner, tried: [...tried, ...more.tried] };
};

/** In order, until one passes; undefined only where there is nothing to try. */
const firstInFull = async (
  designs: readonly SearchDesign[],
  attempt: (design: SearchDesign, epochs: number) => Promise<Trial>,
  { epochs, wanted }: { readonly epochs: number; readonly wanted: number },
): Promise<Winner | undefined> => {
  let best: Winner | undefined;
  for (const design of designs) {
    const trial = await attempt(design, epochs);
    if (trial.accuracy >= wanted) return { design, trial, met: true };
    if (best === undefined || trial.accuracy > best.trial.accuracy) best = { design, trial, met: false };
  }
  return best;
};

/** Less energy from the same hardware, as long as the accuracy is met. */
const refine = async (
  winner: Winner,
  designs: readonly SearchDesign[],
  passes: (design: SearchDesign) => Promise<boolean>,
  inFull: (design: SearchDesign) => Promise<Trial>,
  wanted: number,
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
  const found = await firstThatPasses(front, passes);
  if (found === undefined) return winner;
  const trial = await inFull(found);
  return trial.accuracy >= wanted ? { design: found, trial, met: true } : winner;
};
