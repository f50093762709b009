/**
 * Which nodes of an adder graph are stored complemented on iCE40, where an adder needs operands of equal polarity for a sum and
 * of opposite ones for a difference. What does not fit needs one of the operands in both polarities: a row of inverters.
 */

import type { Random } from '../../num/index.js';
import type { AdderGraph } from './adder-graph.js';

export interface Parity {
  /** 1: stored complemented. */
  readonly complement: Uint8Array;
  /** 1: made in both polarities. */
  readonly both: Uint8Array;
  /** Lookup tables of all inverters. */
  readonly cost: number;
}

/** Few inverters, by simulated annealing with so many attempted changes. Inputs are stored as they come. */
export const parityOf = (
  graph: AdderGraph,
  widths: readonly number[],
  moves: number,
  random: Random,
): Parity => {
  const search = new Search(graph, widths);
  const nodes = widths.length;
  for (let move = 0; move < moves; move++) {
    const temperature = 3 * (1 - move / moves) + 0.01;
    const node = Math.floor(random.unit() * nodes);
    const isFlip = node >= graph.inputs && random.unit() < 0.5;
    const gain = isFlip ? search.flipComplement(node) : search.flipBoth(node);
    if (gain > 0 || random.unit() < Math.exp(gain / temperature)) continue;
    if (isFlip) search.flipComplement(node);
    else search.flipBoth(node);
  }
  return search.result();
};

class Search {
  private readonly complement: Uint8Array;
  private readonly both: Uint8Array;
  private readonly left: Int32Array;
  private readonly right: Int32Array;
  private readonly price: Float64Array;
  private readonly subtract: Uint8Array;
  /** Adders that read node n: `readers[start[n]] .. readers[start[n + 1] - 1]`. */
  private readonly start: Int32Array;
  private readonly readers: Int32Array;
  /** How often outputs want each node as it is, and negated. */
  private readonly wanted: Int32Array;

  constructor(
    { adders, outputs }: AdderGraph,
    private readonly widths: readonly number[],
  ) {
    const count = widths.length;
    this.complement = new Uint8Array(count);
    this.both = new Uint8Array(count);
    this.left = Int32Array.from(adders, ({ left }) => left);
    this.right = Int32Array.from(adders, ({ right }) => right);
    this.subtract = Uint8Array.from(adders, ({ subtract }) => (subtract ? 1 : 0));
    this.price = Float64Array.from(adders, ({ left, right }) =>
      Math.min(widths[left] ?? 0, widths[right] ?? 0),
    );
    const lists: number[][] = widths.map(() => []);
    adders.forEach(({ left, right }, index) => {
      lists[left]?.push(index);
      if (right !== left) lists[right]?.push(index);
    });
    this.readers = Int32Array.from(lists.flat());
    this.start = new Int32Array(count + 1);
    lists.forEach((list, node) => (this.start[node + 1] = (this.start[node] ?? 0) + list.length));
    this.wanted = new Int32Array(2 * count);
    for (const { node, negate } of outputs) {
      if (node === undefined) continue;
      const entry = 2 * node + (negate ? 1 : 0);
      this.wanted[entry] = (this.wanted[entry] ?? 0) + 1;
    }
  }

  /** Inverts the stored form; returns what that saves. */
  flipComplement(node: number): number {
    const before = this.costAround(node);
    this.complement[node] = 1 - (this.complement[node] ?? 0);
    return before - this.costAround(node);
  }

  /** Adds or drops the other polarity; returns what that saves. */
  flipBoth(node: number): number {
    const before = this.costAround(node);
    this.both[node] = 1 - (this.both[node] ?? 0);
    return before - this.costAround(node);
  }

  result(): Parity {
    let cost = 0;
    for (let node = 0; node < this.both.length; node++) cost += this.nodeCost(node);
    for (let adder = 0; adder < this.left.length; adder++) cost += this.adderCost(adder);
    return { complement: this.complement, both: this.both, cost };
  }

  private costAround(node: number): number {
    let cost = this.nodeCost(node);
    const end = this.start[node + 1] ?? 0;
    for (let i = this.start[node] ?? 0; i < end; i++) cost += this.adderCost(this.readers[i] ?? 0);
    return cost;
  }

  private adderCost(adder: number): number {
    const [left, right] = [this.left[adder] ?? 0, this.right[adder] ?? 0];
    const differ = (this.complement[left] ?? 0) ^ (this.complement[right] ?? 0);
    if (differ === this.subtract[adder] || this.both[left] === 1 || this.both[right] === 1) return 0;
    return this.price[adder] ?? 0;
  }

  /** The second polarity, and outputs that want the one that is not there. */
  private nodeCost(node: number): number {
    const width = this.widths[node] ?? 0;
    if (this.both[node] === 1) return width;
    return width * (this.wanted[2 * node + (1 - (this.complement[node] ?? 0))] ?? 0);
  }
}
