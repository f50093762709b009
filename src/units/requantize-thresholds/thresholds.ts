import { requantizeByContract, type RequantizeContract } from '../requantize/model.js';
import { typeRange } from '../../num/index.js';

/** A scale as the staircase that it is. */
export interface Staircase {
  /** The value below all thresholds. */
  readonly base: bigint;
  /** 1: the value grows by 1 at each threshold; -1: it falls (negative multipliers). */
  readonly step: 1 | -1;
  /** Ascending; the value has made as many steps as thresholds are <= acc. */
  readonly thresholds: readonly bigint[];
}

/** What the staircase gives: the definition of `requantizeThresholds`. */
export const staircaseModel = ({ base, step, thresholds }: Staircase, acc: bigint): bigint =>
  base + BigInt(step) * BigInt(thresholds.filter((threshold) => threshold <= acc).length);

/** The staircase equal to `requantizeByContract` for every accumulator of `accWidth` bits, by bisection per step. */
export const staircaseOf = (scale: RequantizeContract, accWidth: number): Staircase => {
  const range = typeRange(true, accWidth);
  const base = requantizeByContract(range.lo, scale);
  const last = requantizeByContract(range.hi, scale);
  const step = last < base ? -1 : 1;
  const steps = Number((last - base) * BigInt(step));
  const thresholds = Array.from({ length: steps }, (_, index) => {
    const reached = (acc: bigint): boolean =>
      (requantizeByContract(acc, scale) - base) * BigInt(step) > BigInt(index);
    return firstWhere(reached, range.lo, range.hi);
  });
  return { base, step, thresholds };
};

/** The least integer of lo..hi for which a monotone predicate holds; it holds for hi. */
const firstWhere = (holds: (value: bigint) => boolean, lo: bigint, hi: bigint): bigint => {
  let [below, at] = [lo - 1n, hi];
  while (at - below > 1n) {
    const middle = (below + at) >> 1n;
    if (holds(middle)) at = middle;
    else below = middle;
  }
  return at;
};
