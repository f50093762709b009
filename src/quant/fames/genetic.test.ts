import { expect, test } from 'vitest';
import { searchGenetically } from './genetic.js';
import { selectExactly } from './knapsack.js';

const layers = Array.from({ length: 8 }, (_, layer) =>
  Array.from({ length: 6 }, (_, index) => ({
    energy: (10 - 2 * index) * (1 + (layer % 3)),
    loss: (index * (1 + ((layer * 5) % 4))) / 4,
  })),
);
const energies = layers.map((options) => options.map(({ energy }) => energy));
const budget = 80;
const lossOf = (choices: readonly number[]): number =>
  choices.reduce((sum, choice, layer) => sum + (layers[layer]?.[choice]?.loss ?? Infinity), 0);

test('evolution comes near the exact selection, within the budget, and says what it spent', async () => {
  let calls = 0;
  const count = (choices: readonly number[]): number => {
    calls++;
    return lossOf(choices);
  };
  const options = { population: 40, generations: 30, seed: 3 };
  const found = await searchGenetically(energies, budget, count, options);
  const exact = selectExactly(layers, budget);
  expect(found.energy).toBeLessThanOrEqual(budget);
  expect(found.loss).toBeGreaterThanOrEqual(exact.loss - 1e-9);
  expect(found.loss).toBeLessThan(exact.loss * 1.3);
  expect(found.evaluations).toBe(40 + 29 * 38);
  expect(calls).toBe(found.evaluations);
  expect(await searchGenetically(energies, budget, lossOf, options)).toEqual(found);
});
