/** The signed sums of a group of rows, each up to its overall sign, and how a column's weights choose among them. */
import { tritCodes } from '../ternary-dot/kind.js';

export type Trits = readonly bigint[];

/** The sums of a group of `size` rows whose first weight that is not 0 is +1, shorter ones first: 1, 4, 13 or 40. */
export const groupCandidates = (size: number): readonly Trits[] => {
  const all: Trits[] = [];
  for (let index = 0; index < 3 ** size; index++) {
    const trits = Array.from({ length: size }, (_, row) => BigInt((Math.floor(index / 3 ** row) % 3) - 1));
    if (trits.find((trit) => trit !== 0n) === 1n) all.push(trits);
  }
  const length = (trits: Trits): number => trits.filter((trit) => trit !== 0n).length;
  return all.toSorted((a, b) => length(a) - length(b));
};

export interface GroupChoice {
  /** Index into `groupCandidates`, -1: none. */
  readonly candidate: number;
  readonly negative: boolean;
}

/** What each group of a column takes. @throws UnitParameterError that names the row of a weight that is not -1, 0 or 1. */
export const groupChoices = (weights: Trits, size: number): readonly GroupChoice[] => {
  tritCodes(weights);
  const candidates = groupCandidates(size);
  const choices: GroupChoice[] = [];
  for (let row = 0; row < weights.length; row += size) {
    const group = weights.slice(row, row + size);
    const negative = group.find((trit) => trit !== 0n) === -1n;
    const wanted = group.map((trit) => (negative ? -trit : trit)).join();
    choices.push({ candidate: candidates.findIndex((trits) => trits.join() === wanted), negative });
  }
  return choices;
};
