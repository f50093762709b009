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
 * The first of `candidates` that passes, when those after one that passes pass too: by halving, so that few are tried.
 * undefined: not even the last one passes.
 */
export const firstThatPasses = async <T>(
  candidates: readonly T[],
  passes: (candidate: T) => Promise<boolean>,
): Promise<T | undefined> => {
  let [from, to] = [0, candidates.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const candidate = candidates[middle];
    if (candidate === undefined) break;
    if (await passes(candidate)) to = middle;
    else from = middle + 1;
  }
  return candidates[from];
};
