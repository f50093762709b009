/** When a worker has waited long enough. What runs elsewhere may bring forth more: waiting for that is not idleness. */

import type { Queue } from '../queue/queue.js';

export interface Idle {
  /** There was something to do. */
  readonly reset: () => void;
  /** Nothing was to be had, and nothing ran, for the whole time. @throws what the queue throws when it cannot be asked */
  readonly isOver: () => Promise<boolean>;
}

/** `limitMs`: Infinity: never. */
export const idleSince = (queue: Pick<Queue, 'counts'>, limitMs: number): Idle => {
  const lookMs = Math.min(5000, limitMs / 4);
  let [since, lookedAt] = [performance.now(), -Infinity];
  return {
    reset: () => void (since = performance.now()),
    isOver: async () => {
      if (limitMs === Infinity) return false;
      if (performance.now() - lookedAt >= lookMs) {
        lookedAt = performance.now();
        if ((await queue.counts()).running > 0) since = performance.now();
      }
      return performance.now() - since >= limitMs;
    },
  };
};
