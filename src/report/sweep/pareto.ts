/** The Pareto front: what nothing else is better than. */

/**
 * The items that no other item dominates, ascending by cost. One dominates another when it gains at least as much for at most
 * the same cost and is not equal in both; items equal in both stay together. O(n log n).
 */
export function paretoFront<T>(
  items: readonly T[],
  gain: (item: T) => number,
  cost: (item: T) => number,
): readonly T[] {
  const sorted = [...items].sort((a, b) => cost(a) - cost(b) || gain(b) - gain(a));
  const front: T[] = [];
  for (const item of sorted) {
    const last = front[front.length - 1];
    const gainsMore = last === undefined || gain(item) > gain(last);
    const isEqual = last !== undefined && gain(item) === gain(last) && cost(item) === cost(last);
    if (gainsMore || isEqual) front.push(item);
  }
  return front;
}
