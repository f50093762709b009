/** What a group size costs an iCE40 array: the study of shared signed sums; test/ternary.test.ts holds it against synthesis. */
import { sumOf } from '../ternary-chain/cost.js';
import { partialWidth } from '../ternary-chain/unit.js';
import { groupCandidates } from './candidates.js';

export interface GroupsCost {
  /** SB_LUT4s of the whole array. */
  readonly luts: number;
  /** Logic cells: LUTs, and registers without a LUT before them. */
  readonly cells: number;
}

interface GroupsSize {
  readonly rows: number;
  readonly columns: number;
  readonly actWidth: number;
  readonly accWidth: number;
}

/** LUTs a bit that choose among the candidates of a group: none for one (a register's reset), two for a pair, as Yosys maps it for 3. */
const choiceLuts: readonly number[] = [0, 0, 2, 10];

/** An array of `ternaryChains` (groupSize 1) or `ternaryGroups` (2 and 3), rows in whole groups. */
export const ternaryGroupsCost = (groupSize: 1 | 2 | 3, size: GroupsSize): GroupsCost => {
  const { rows, columns, actWidth, accWidth } = size;
  const groups = rows / groupSize;
  const termWidth = partialWidth(groupSize, actWidth);
  const choice = groups * termWidth * (choiceLuts[groupSize] ?? 0);
  const chain = sumOf(
    Array.from({ length: groups - 1 }, (_, group) => partialWidth((group + 2) * groupSize, actWidth)),
  );
  const column = choice + termWidth + chain + accWidth;
  const adders = groupCandidates(groupSize)
    .map((trits) => trits.filter((trit) => trit !== 0n).length)
    .filter((terms) => terms > 1)
    .map((terms) => partialWidth(terms, actWidth));
  const shared = groups * sumOf(adders);
  // Registers alone: the activations, delayed ones, weight codes (two bits a row), and where nothing is chosen the terms.
  const alone =
    rows * actWidth * groupSize + columns * 2 * rows + (groupSize === 1 ? columns * rows * actWidth : 0);
  return { luts: columns * column + shared, cells: columns * column + shared + alone };
};
