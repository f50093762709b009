/** Selections worth a real evaluation: the same estimate, read with more or less trust in its first order. */
import type { Prediction } from './statistics.js';
import { selectExactly, type Selection } from './knapsack.js';

/** A reading of the estimate. */
interface Reading {
  readonly name: string;
  readonly loss: (prediction: Prediction) => number;
}

/**
 * First-order terms that promise a gain add up to far more than a step so long can give; they then pay for great errors. So
 * the readings weigh the second order more, or do without promises, or without the first order.
 */
const readings: readonly Reading[] = [
  { name: 'first + second', loss: ({ first, second }) => first + second },
  { name: 'first + 4 second', loss: ({ first, second }) => first + 4 * second },
  { name: 'first + 16 second', loss: ({ first, second }) => first + 16 * second },
  { name: 'max(first, 0) + second', loss: ({ first, second }) => Math.max(0, first) + second },
  { name: 'second', loss: ({ second }) => second },
];

export interface Proposal {
  readonly reading: string;
  readonly selection: Selection;
}

/**
 * The exact selection by each reading, those that are the same only once. `energies` per layer: of the exact multiplier, then
 * of the candidates in the order of `predictions`. @throws QuantError QT502 when no choice meets the budget
 */
export function propose(
  predictions: readonly (readonly Prediction[])[],
  energies: readonly (readonly number[])[],
  budget: number,
): readonly Proposal[] {
  const known = new Set<string>();
  return readings.flatMap(({ name, loss }) => {
    const options = energies.map((own, layer) =>
      own.map((energy, option) => {
        const prediction = option === 0 ? undefined : predictions[layer]?.[option - 1];
        return { energy, loss: prediction === undefined ? 0 : loss(prediction) };
      }),
    );
    const selection = selectExactly(options, budget);
    const key = selection.choices.join();
    if (known.has(key)) return [];
    known.add(key);
    return [{ reading: name, selection }];
  });
}
