/** How much of every layer is frozen at each step, and how long the rest is re-trained after it. */
import { QuantError } from '../errors.js';
import type { InqBits } from './levels.js';

export interface Step {
  /** Accumulated portion of frozen weights, ascending to 1. */
  readonly portion: number;
  /** Of re-training after freezing; 0 at the last step, where nothing is left to train. */
  readonly epochs: number;
}

/** The paper's accumulated portions (ResNet-18; section 3, tables 2 and 3). */
export const paperPortions: Readonly<Record<InqBits, readonly number[]>> = {
  5: [0.5, 0.75, 0.875, 1],
  4: [0.3, 0.5, 0.8, 0.9, 0.95, 1],
  3: [0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
  2: [0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 1],
};

/**
 * @throws QuantError QT202 when the portions do not ascend strictly from above 0 to exactly 1
 */
export function checkPortions(portions: readonly number[]): void {
  const shown = portions.join(', ');
  const broken = portions.findIndex((portion, i) => !(portion > (portions[i - 1] ?? 0) && portion <= 1));
  if (broken >= 0) {
    throw new QuantError(
      'QT202',
      `INQ portions [${shown}] do not ascend from above 0 to 1: see entry ${broken + 1}. ` +
        'They are accumulated: each is the share of weights that is frozen after its step.',
    );
  }
  if (portions.at(-1) !== 1) {
    throw new QuantError(
      'QT202',
      `INQ portions [${shown}] do not end at 1, so that some weights would stay unquantized. Append 1.`,
    );
  }
}

/** Given portions with the epochs spread over all re-trainings but the last step, late ones longer: see `spreadEpochs`. */
export function scheduleFor(portions: readonly number[], epochs: number): readonly Step[] {
  checkPortions(portions);
  const spread = spreadEpochs(epochs, portions.length - 1);
  return portions.map((portion, i) => ({ portion, epochs: spread[i] ?? 0 }));
}

/**
 * The automatic schedule: the free share shrinks by one factor per step, down to the share that the paper leaves to the last
 * re-training of these bits, over as many re-trainings as the paper has, or one per epoch where there are fewer epochs; it is
 * at most halved per step. With 0 epochs everything is quantized at once.
 */
export function automaticSchedule(bits: InqBits, epochs: number): readonly Step[] {
  const paper = paperPortions[bits];
  const lastFree = 1 - (paper.at(-2) ?? 0);
  const steps = Math.min(paper.length - 1, epochs);
  const factor = Math.max(0.5, lastFree ** (1 / Math.max(steps, 1)));
  const portions = Array.from({ length: steps }, (_, i) => 1 - factor ** (i + 1));
  return scheduleFor([...portions, 1], epochs);
}

/**
 * Whole epochs in proportion to 1, 2, 3 ...: what an early re-training does not reach, a later one can still repair, but the
 * late ones have few free weights left and nothing after them. Each gets at least one while there are enough; the late ones
 * get what is left over. Sums to `epochs` (to 0 where there is no re-training).
 */
export function spreadEpochs(epochs: number, steps: number): readonly number[] {
  if (steps < 1) return [];
  if (epochs < steps) return Array.from({ length: steps }, (_, i) => (i >= steps - epochs ? 1 : 0));
  const total = (steps * (steps + 1)) / 2;
  const until = (step: number): number => Math.floor(((epochs - steps) * ((step * (step + 1)) / 2)) / total);
  return Array.from({ length: steps }, (_, i) => 1 + until(i + 1) - until(i));
}
