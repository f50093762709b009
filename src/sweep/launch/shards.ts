/** A sweep in equal parts, for machines that share nothing: a CI matrix. */

import type { Point } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';

/**
 * Part `shard` (1 .. `of`) of a sweep: neighbouring designs with all their seeds, so that what they share is computed once.
 * Every design is in one shard; shards differ by at most one design.
 */
export const shardOf = (sweep: Sweep, shard: number, of: number): Sweep => {
  const seeds = sweep.pointCount / sweep.designCount;
  const bound = (part: number): number => Math.floor((part * sweep.designCount) / of) * seeds;
  const [from, to] = [bound(shard - 1), bound(shard)];
  function* part(): Generator<Point> {
    let index = 0;
    for (const point of sweep.points()) {
      if (index >= to) return;
      if (index++ >= from) yield point;
    }
  }
  return { ...sweep, pointCount: to - from, designCount: (to - from) / seeds, points: part };
};

/** What a workflow's `strategy.matrix` takes: one entry per shard that has points. */
export const shardMatrix = (
  { designCount }: Sweep,
  shards: number,
): { readonly shard: readonly string[] } => ({
  shard: Array.from(
    { length: Math.min(shards, designCount) },
    (_, index) => `${index + 1}/${Math.min(shards, designCount)}`,
  ),
});
