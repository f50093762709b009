import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectExactly, type Option } from './knapsack.js';

const option = fc.record({
  energy: fc.double({ min: 0, max: 10, noNaN: true }),
  loss: fc.double({ min: -1, max: 5, noNaN: true }),
});
const coarse = fc.record({ energy: fc.integer({ min: 0, max: 4 }), loss: fc.integer({ min: -2, max: 4 }) });
const layersOf = (entry: fc.Arbitrary<Option>) =>
  fc.array(fc.array(entry, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });

/** Every selection there is. */
function allSelections(layers: readonly (readonly Option[])[]): readonly Option[] {
  return layers.reduce<readonly Option[]>(
    (sums, options) =>
      sums.flatMap((sum) =>
        options.map(({ energy, loss }) => ({ energy: sum.energy + energy, loss: sum.loss + loss })),
      ),
    [{ energy: 0, loss: 0 }],
  );
}

test('the selection has the least loss of all that meet the budget', () => {
  fc.assert(
    fc.property(
      fc.oneof(layersOf(option), layersOf(coarse)),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (layers, position) => {
        const all = allSelections(layers);
        const energies = all.map(({ energy }) => energy);
        const [least, most] = [Math.min(...energies), Math.max(...energies)];
        const budget = least + position * (most - least);
        const best = Math.min(...all.filter(({ energy }) => energy <= budget).map(({ loss }) => loss));
        const selection = selectExactly(layers, budget);
        expect(selection.loss).toBeCloseTo(best, 9);
        expect(selection.energy).toBeLessThanOrEqual(budget);
        const chosen = selection.choices.map((choice, layer) => layers[layer]?.[choice]);
        expect(chosen.reduce((sum, each) => sum + (each?.loss ?? NaN), 0)).toBeCloseTo(selection.loss, 9);
      },
    ),
  );
});

test('a budget below the least possible energy is refused, naming that energy', () => {
  const layers = [
    [
      { energy: 3, loss: 0 },
      { energy: 2, loss: 1 },
    ],
    [{ energy: 1.5, loss: 0 }],
  ];
  expect(() => selectExactly(layers, 3.4)).toThrow(/QT502.*least possible is 3\.50000/s);
  expect(selectExactly(layers, 3.5).choices).toEqual([1, 0]);
});

test('thirty layers of thirty options are decided so that no single exchange is better', () => {
  const layers = Array.from({ length: 30 }, (_, layer) =>
    Array.from({ length: 30 }, (_, index) => ({
      energy: (30 - index) * (1 + ((layer * 7) % 5)),
      loss: ((index * index * (1 + ((layer * 11) % 7))) % 97) / 10,
    })),
  );
  const budget = 30 * 30 * 2;
  const { choices, loss } = selectExactly(layers, budget);
  const energyOf = (each: readonly number[]): number =>
    each.reduce((sum, choice, layer) => sum + (layers[layer]?.[choice]?.energy ?? 0), 0);
  for (let layer = 0; layer < 30; layer++) {
    for (let choice = 0; choice < 30; choice++) {
      const other = choices.with(layer, choice);
      const otherLoss = other.reduce((sum, each, l) => sum + (layers[l]?.[each]?.loss ?? 0), 0);
      if (energyOf(other) <= budget) expect(otherLoss).toBeGreaterThanOrEqual(loss - 1e-9);
    }
  }
});
