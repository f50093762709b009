/** Candidates in the order in which they are worth trying. */

export interface Priced {
  /** What is to be as small as possible. */
  readonly cost: number;
  /** Predicted loss. */
  readonly loss: number;
}

/** By rising cost, each with less loss than all before it. */
export const frontOf = <T extends Priced>(all: readonly T[]): readonly T[] => {
  let least = Infinity;
  return all
    .toSorted((a, b) => a.cost - b.cost || a.loss - b.loss)
    .filter(({ loss }) => {
      if (loss >= least) return false;
      least = loss;
      return true;
    });
};

/**
 * The first of `candidates` that fits and passes, when those that fit after one that passes pass too: by halving, so that few are
 * tried. Only what fits is tried; undefined: none of them passes.
 */
export const firstThatPasses = async <T>(
  candidates: readonly T[],
  passes: (candidate: T) => Promise<boolean>,
  fits: (candidate: T) => Promise<boolean> = () => Promise.resolve(true),
): Promise<T | undefined> => {
  let [from, to] = [0, candidates.length];
  let first: T | undefined;
  for (;;) {
    const middle = await nearestThatFits(candidates, from, to, fits);
    const candidate = middle === undefined ? undefined : candidates[middle];
    if (middle === undefined || candidate === undefined) return first;
    if (await passes(candidate)) [to, first] = [middle, candidate];
    else from = middle + 1;
  }
};

/** Index of the candidate nearest to the middle of `from` .. `to - 1` that fits; what does not says nothing of its neighbours. */
const nearestThatFits = async <T>(
  candidates: readonly T[],
  from: number,
  to: number,
  fits: (candidate: T) => Promise<boolean>,
): Promise<number | undefined> => {
  const middle = (from + to) >> 1;
  const near = Array.from({ length: to - from }, (_, i) => from + i).toSorted(
    (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
  );
  for (const index of near) {
    const candidate = candidates[index];
    if (candidate !== undefined && (await fits(candidate))) return index;
  }
  return undefined;
};
