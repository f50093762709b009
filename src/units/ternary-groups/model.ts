import { groupCandidates, groupChoices, type Trits } from './candidates.js';

/** Sum of a group's candidate: a subtracted activation enters as its ones' complement. */
const candidateValue = (trits: Trits, act: readonly bigint[]): bigint =>
  trits.reduce((sum, trit, row) => {
    const value = act[row] ?? 0n;
    return trit === 0n ? sum : sum + (trit > 0n ? value : ~value);
  }, 0n);

/** What a column of `ternaryGroups(groupSize)` shows for one activation vector: groups added one after the other, signs by complements. */
export const ternaryGroupsModel = (groupSize: number, weights: Trits, act: readonly bigint[]): bigint => {
  const candidates = groupCandidates(groupSize);
  const choices = groupChoices(weights, groupSize);
  const signs = signsOf(choices);
  return choices.reduce((partial, { candidate }, group) => {
    const trits = candidates[candidate];
    const rows = act.slice(group * groupSize, (group + 1) * groupSize);
    const sum = partial + (trits === undefined ? 0n : candidateValue(trits, rows));
    return signs[group] === true ? ~sum : sum;
  }, 0n);
};

/** Whether the partial sum is complemented behind each group: where the sign changes to that of the next group used. */
export const signsOf = (
  choices: readonly { readonly candidate: number; readonly negative: boolean }[],
): readonly boolean[] => {
  const turns: boolean[] = [];
  let negativeNext = false;
  for (const { candidate, negative } of choices.toReversed()) {
    const here: boolean = candidate < 0 ? negativeNext : negative;
    turns.unshift(here !== negativeNext);
    negativeNext = here;
  }
  return turns;
};

/** Exact dot product less the model's sum, for every activation vector. */
export const ternaryGroupsCorrection = (groupSize: number, weights: Trits): bigint =>
  -ternaryGroupsModel(
    groupSize,
    weights,
    weights.map(() => 0n),
  );
