/** How often each two-term pattern occurs, and which is worth most. */

/** `first ± second * 2^distance`; a negative distance shifts `first` instead. `first <= second`. */
export interface Pattern {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
  readonly subtract: boolean;
}

/** Nodes of one graph are numbered below this. */
export const MAX_NODES = 2 ** 14;
const DISTANCES = 64;

const keyOf = (first: number, second: number, distance: number, subtract: boolean): number =>
  ((first * MAX_NODES + second) * DISTANCES + distance + DISTANCES / 2) * 2 + (subtract ? 1 : 0);

const patternOf = (key: number): Pattern => {
  const pair = Math.floor(key / (2 * DISTANCES));
  return {
    first: Math.floor(pair / MAX_NODES),
    second: pair % MAX_NODES,
    distance: (Math.floor(key / 2) % DISTANCES) - DISTANCES / 2,
    subtract: key % 2 === 1,
  };
};

interface Entry {
  readonly worth: number;
  readonly key: number;
  readonly count: number;
}

/**
 * Counts with a heap on top. Entries of the heap whose count has changed since are stale and skipped, so that a change costs
 * one insertion.
 */
export class PatternTable {
  private readonly counts = new Map<number, number>();
  private readonly changed = new Set<number>();
  private readonly heap: Entry[] = [];

  constructor(private readonly worth: (pattern: Pattern, count: number) => number) {}

  /** `first <= second`. */
  change(first: number, second: number, distance: number, subtract: boolean, by: 1 | -1): void {
    const key = keyOf(first, second, distance, subtract);
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
    this.changed.add(key);
  }

  /** Removes and returns the pattern of greatest worth among those that occur at least twice. */
  takeBest(): Pattern | undefined {
    this.enterChanges();
    for (let entry = this.pop(); entry !== undefined; entry = this.pop()) {
      if (this.counts.get(entry.key) === entry.count) return patternOf(entry.key);
    }
    return undefined;
  }

  private enterChanges(): void {
    for (const key of this.changed) {
      const count = this.counts.get(key) ?? 0;
      if (count === 0) this.counts.delete(key);
      if (count >= 2) this.push({ worth: this.worth(patternOf(key), count), key, count });
    }
    this.changed.clear();
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.worth >= entry.worth) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const isRight = right !== undefined && left !== undefined && right.worth > left.worth;
      const child = isRight ? right : left;
      if (child === undefined || child.worth <= last.worth) break;
      heap[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = last;
    return top;
  }
}
