import { expect, test } from 'vitest';
import { spearman } from './rank.js';

test('the rank correlation is 1 for any rising relation, -1 for a falling one, and shares ranks of ties', () => {
  expect(spearman([1, 2, 3, 10], [1, 4, 9, 1000])).toBe(1);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBe(-1);
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  expect(spearman([1, 1], [1, 2])).toBeNaN();
});
