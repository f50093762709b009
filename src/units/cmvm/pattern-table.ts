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

/** An entry of the heap: what pattern number `id` was worth when it had this count. */
interface Offer {
  readonly worth: number;
  readonly id: number;
  readonly count: number;
}

/**
 * Counts with a heap on top. Entries of the heap whose count has changed since are stale and skipped, so that a change costs
 * one insertion. Patterns are numbered as they come up and found through an open hash table, the innermost loop of sharing.
 */
export class PatternTable {
  private slots = new Int32Array(1 << 12).fill(-1);
  private readonly keys: number[] = [];
  private readonly counts: number[] = [];
  /** 1: the count has changed since the heap knows it. */
  private readonly stale: number[] = [];
  private changed: number[] = [];
  private readonly heap: Offer[] = [];
  /** Changes so far: a measure of work that is the same on every machine. */
  work = 0;

  constructor(private readonly worth: (pattern: Pattern, count: number) => number) {}

  /** `first <= second`. */
  change(first: number, second: number, distance: number, subtract: boolean, by: 1 | -1): void {
    this.work++;
    const id = this.idOf(keyOf(first, second, distance, subtract));
    this.counts[id] = (this.counts[id] ?? 0) + by;
    if (this.stale[id] === 1) return;
    this.stale[id] = 1;
    this.changed.push(id);
  }

  /** Removes and returns the pattern of greatest worth among those that occur at least twice. */
  takeBest(): Pattern | undefined {
    this.enterChanges();
    for (let offer = this.pop(); offer !== undefined; offer = this.pop()) {
      if (this.counts[offer.id] === offer.count) return patternOf(this.keys[offer.id] ?? 0);
    }
    return undefined;
  }

  private idOf(key: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hashOf(key) & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot] ?? -1;
      if (id < 0) return this.add(key, slot);
      if (this.keys[id] === key) return id;
    }
  }

  private add(key: number, slot: number): number {
    const id = this.keys.push(key) - 1;
    this.counts.push(0);
    this.stale.push(0);
    this.slots[slot] = id;
    if (2 * this.keys.length > this.slots.length) this.grow();
    return id;
  }

  private grow(): void {
    const mask = 4 * this.slots.length - 1;
    this.slots = new Int32Array(mask + 1).fill(-1);
    this.keys.forEach((key, id) => {
      let slot = hashOf(key) & mask;
      while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = id;
    });
  }

  private enterChanges(): void {
    for (const id of this.changed) {
      const count = this.counts[id] ?? 0;
      this.stale[id] = 0;
      if (count >= 2) this.push({ worth: this.worth(patternOf(this.keys[id] ?? 0), count), id, count });
    }
    this.changed = [];
  }

  private push(offer: Offer): void {
    const { heap } = this;
    let place = heap.length;
    heap.push(offer);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.worth >= offer.worth) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = offer;
  }

  private pop(): Offer | undefined {
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

/** Spreads keys below 2^53 over 32 bits. */
const hashOf = (key: number): number => {
  const high = Math.floor(key / 2 ** 32);
  const mixed = Math.imul((key >>> 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};
