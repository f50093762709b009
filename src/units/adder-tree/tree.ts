/** Balanced, registered adder trees of exact width: the body of every dot product. */

import { type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { signedWidth, type Range } from '../../num/index.js';

/** Levels of two-input adders in a balanced tree. */
export const treeLevels = (count: number): number => Math.ceil(Math.log2(count));

/** Register stages of a tree with a register after every `levelsPerStage` levels. */
export const treeStages = (count: number, levelsPerStage: number): number =>
  Math.ceil(treeLevels(count) / levelsPerStage);

/** Bits that hold every sum of `count` terms, no more. */
export const sumWidthOf = (count: number, term: Range): number =>
  signedWidth({ lo: BigInt(count) * term.lo, hi: BigInt(count) * term.hi });

interface Partial {
  readonly sum: SInt;
  readonly count: number;
}

/**
 * The sum of `terms` (each inside `term`), registered every `levelsPerStage` adder levels; registers are named
 * `NAME_STAGE_INDEX`. One term alone leaves as it came, without a register.
 */
export const adderTree = (
  m: ModuleBuilder,
  terms: readonly SInt[],
  term: Range,
  levelsPerStage: number,
  name = 'sum',
): SInt => {
  let level: readonly Partial[] = terms.map((sum) => ({ sum, count: 1 }));
  for (let stage = 1; level.length > 1; stage++) {
    for (let i = 0; i < levelsPerStage && level.length > 1; i++) level = addPairs(level, term);
    const registered = m.pipe(
      `${name}_${stage}`,
      level.map(({ sum }) => sum),
    );
    level = registered.map((sum, index) => ({ sum, count: level[index]?.count ?? 1 }));
  }
  const [root] = level;
  if (root === undefined) throw new RangeError('an adder tree needs at least one term');
  return root.sum;
};

const addPairs = (level: readonly Partial[], term: Range): readonly Partial[] => {
  const next: Partial[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [a, b] = [level[i], level[i + 1]];
    if (a !== undefined && b !== undefined) next.push(addPair(a, b, term));
    else if (a !== undefined) next.push(a);
  }
  return next;
};

/** A register forgets the exact range of what it holds, so the width is derived from the number of terms again. */
const addPair = (a: Partial, b: Partial, term: Range): Partial => {
  const count = a.count + b.count;
  return { sum: a.sum.add(b.sum).wrap(sumWidthOf(count, term)), count };
};
