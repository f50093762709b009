/** Ternary columns for iCE40 that share signed sums: each group of rows is added up in all ways once, columns choose. */
import { cat, select, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import type { ColumnsInputs, ColumnsSize, ColumnsTiming, PeKind } from '../mac-array/kind.js';
import { partialWidth } from '../ternary-chain/unit.js';
import { ternaryTree } from '../ternary-dot/kind.js';
import { groupCandidates, groupChoices, type Trits } from './candidates.js';
import { signsOf, ternaryGroupsCorrection } from './model.js';

/**
 * Groups of 2 or 3 rows in a chain per column; rows of a group enter together, groups a cycle apart. The adder's LUTs complement
 * the partial sum where the sign changes, so candidates are needed up to their sign alone. Codes: two bits a row; of a
 * group's, the highest is that complement, the others choose. Rows must be a multiple of the group.
 * @throws UnitParameterError
 */
export const ternaryGroups = (groupSize: number): PeKind => {
  requireInteger('ternaryGroups', 'groupSize', groupSize, 2, 3);
  return {
    name: `ternary_groups_${groupSize}`,
    weightWidth: 2,
    productRange: ternaryTree.productRange,
    encode: (weights) => codes(weights, groupSize),
    correction: (weights) => ternaryGroupsCorrection(groupSize, weights),
    timing: (size) => timing(size, groupSize),
    columnSums: (inputs, m) => {
      const shared = sharedSums(inputs, groupSize, m);
      return inputs.weight.map((weight, column) => ({
        sum: columnSum(m, { column, weight, shared, groupSize, actWidth: inputs.actWidth }),
      }));
    },
  };
};

const timing = ({ rows }: ColumnsSize, groupSize: number): ColumnsTiming => {
  if (rows % groupSize !== 0)
    throw new UnitParameterError('ternaryGroups', 'rows', `must be a multiple of ${groupSize}, not ${rows}`);
  // The longest shared sum, a column's term, and the chain.
  return { latencyCycles: groupSize + rows / groupSize, rowSkewCycles: 1, rowsPerSkew: groupSize };
};

const codes = (weights: Trits, groupSize: number): readonly bigint[] => {
  const choices = groupChoices(weights, groupSize);
  const turns = signsOf(choices);
  return choices.flatMap(({ candidate }, group) => {
    const choice = groupSize === 2 ? (pairCodes[candidate] ?? 0n) : BigInt(candidate + 1);
    const code = choice | (turns[group] === true ? 1n << BigInt(2 * groupSize - 1) : 0n);
    return Array.from({ length: groupSize }, (_, row) => (code >> BigInt(2 * row)) & 3n);
  });
};

/** Candidates a0, a1, difference, sum in bits 2..0 of a pair's code; see `pairTerm`. */
const pairCodes: readonly bigint[] = groupCandidates(2).map((trits) => {
  const [first, second] = trits;
  if (second === 0n) return 1n;
  if (first === 0n) return 2n;
  return second === 1n ? 7n : 4n;
});

/** All candidates of all groups, registered, as many cycles after the activations as the longest needs. */
const sharedSums = (
  { act, actWidth }: ColumnsInputs,
  groupSize: number,
  m: ModuleBuilder,
): readonly (readonly SInt[])[] =>
  Array.from({ length: act.length / groupSize }, (_, group) => {
    const rows = act.slice(group * groupSize, (group + 1) * groupSize);
    return groupCandidates(groupSize).map((trits, index) => {
      let sum: SInt | undefined;
      let count = 0;
      const name = `group_${group}_${index}`;
      rows.forEach((value, row) => {
        const trit = trits[row];
        if (trit !== 0n) {
          count += 1;
          const term = trit === 1n ? value : value.not();
          // The row's own delay, so that a term meets the partial sum of the rows before it.
          const late = m.pipe(`${name}_act_${row}`, term, { stages: Math.max(0, row - 1) });
          sum = sum === undefined ? late : sum.add(late).wrap(partialWidth(count, actWidth));
        }
        if (sum !== undefined && row > 0) sum = m.pipe(`${name}_${row}`, sum);
      });
      if (sum === undefined) throw new RangeError('a candidate has a term');
      return sum;
    });
  });

interface Column {
  readonly column: number;
  readonly weight: readonly UInt[];
  readonly shared: readonly (readonly SInt[])[];
  readonly groupSize: number;
  readonly actWidth: number;
}

const columnSum = (m: ModuleBuilder, { column, weight, shared, groupSize, actWidth }: Column): SInt => {
  let partial: SInt | undefined;
  shared.forEach((candidates, group) => {
    const [last, ...others] = weight.slice(group * groupSize, (group + 1) * groupSize).toReversed();
    if (last === undefined) throw new RangeError('a group has rows');
    const code = cat(last, ...others);
    const turn = code.bit(code.width - 1);
    const choice = code.bits(code.width - 2, 0);
    const term = groupSize === 2 ? pairTerm(candidates, choice) : chosenTerm(candidates, choice);
    const width = partialWidth((group + 1) * groupSize, actWidth);
    const held = m.pipe(`term_${group}_${column}`, term);
    const sum: SInt = partial === undefined ? held : partial.add(held).wrap(width);
    partial = m.pipe(`sum_${group}_${column}`, turn.mux(sum.not(), sum));
  });
  if (partial === undefined) throw new RangeError('an array has rows');
  return partial;
};

/**
 * Two LUTs a bit: the first gives a bit of a0, of a1, 0 or 1 (bits 1..0 of the choice: 1, 2, 0, 3); it leaves as it is, or, with bit 2,
 * chooses between the bits of the sum (1) and of the difference (0).
 */
const pairTerm = (candidates: readonly SInt[], choice: UInt): SInt => {
  const [first, second, difference, sum] = inPairOrder(candidates);
  const low = choice
    .bit(0)
    .mux(choice.bit(1).mux(first.xor(first).not(), first), choice.bit(1).mux(second, 0));
  return choice.bit(2).mux(low.and(sum).or(low.not().and(difference)), low);
};

const inPairOrder = (candidates: readonly SInt[]): readonly [SInt, SInt, SInt, SInt] => {
  const at = (code: bigint): SInt => {
    const found = candidates[pairCodes.indexOf(code)];
    if (found === undefined) throw new RangeError('a pair has four candidates');
    return found;
  };
  return [at(1n), at(2n), at(4n), at(7n)];
};

/** 0 for choice 0, candidate i - 1 for choice i. */
const chosenTerm = (candidates: readonly SInt[], choice: UInt): SInt => {
  const [first] = candidates;
  if (first === undefined) throw new RangeError('a group has candidates');
  const nothing = first.xor(first);
  const places = Array.from({ length: 1 << choice.width }, (_, index) => candidates[index - 1] ?? nothing);
  return select(choice, places);
};
