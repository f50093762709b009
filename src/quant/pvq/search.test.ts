import { describe, expect, it } from 'vitest';
import { mostTrials, ratioPath, searchPath, type RatioChoices } from './search.js';

const ratios = [1, 2, 4];
const choices: readonly RatioChoices[] = [
  { layer: 'tough', errors: [0.01, 0.02, 0.03], bits: [200, 150, 100] },
  { layer: 'tender', errors: [0.01, 0.5, 0.9], bits: [200, 150, 100] },
  { layer: 'tiny', errors: [0, 0.01, 0.02], bits: [20, 15, 10] },
];

describe('ratioPath', () => {
  it('raises first what adds least error per bit saved', () => {
    expect(ratioPath(choices, ratios)).toEqual([
      { tough: 1, tender: 1, tiny: 1 },
      { tough: 2, tender: 1, tiny: 1 },
      { tough: 4, tender: 1, tiny: 1 },
      { tough: 4, tender: 1, tiny: 2 },
      { tough: 4, tender: 1, tiny: 4 },
      { tough: 4, tender: 2, tiny: 4 },
      { tough: 4, tender: 4, tiny: 4 },
    ]);
  });
});

describe('searchPath', () => {
  const path = Array.from({ length: 40 }, (_, step) => ({ layer: 1 + step }));
  const accuracies = (last: number) => ({
    asked: new Set<number>(),
    of(
      this: { readonly asked: Set<number> },
      { layer = 0 }: Readonly<Record<string, number>>,
    ): Promise<number> {
      this.asked.add(layer);
      return Promise.resolve(layer <= last ? 0.9 : 0.7);
    },
  });

  it('finds the last step that meets the target, in as many trials as said', async () => {
    for (const last of [1, 2, 17, 39, 40]) {
      const measured = accuracies(last);
      const result = await searchPath(path, 0.8, (step) => measured.of(step));
      expect([result.ratios, result.accuracy]).toEqual([{ layer: last }, 0.9]);
      expect(measured.asked.size).toBeLessThanOrEqual(mostTrials(path.length));
      expect(result.trials.length).toBe(measured.asked.size);
    }
  });

  it('says what the mildest ratios reach where the target is out of reach', async () => {
    await expect(searchPath(path, 0.95, () => Promise.resolve(0.9))).rejects.toThrow(
      'QT406: the search needs a validation accuracy of 95.00 %, but with the mildest ratio, N/K = 1 in every layer, the network reaches 90.00 %.',
    );
  });
});
