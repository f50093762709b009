/**
 * How an adder graph is stored. A carry chain of iCE40 adds its two operands as they are, so a subtraction costs a row of
 * inverters unless one operand is stored complemented; storing ~(a + b) instead of a + b is free, since the inversion fits
 * the sum's own lookup table. Chosen here per node: its sign, and which polarities of it are made.
 */

import { createRandom, type Random } from '../../num/index.js';
import { formRange, linearForms, widthOf, type AdderGraph, type Interval } from './adder-graph.js';
import { chainBits, ecp5AdderLuts, type AdderShape, type Family } from './carry-cost.js';
import { parityOf, type Parity } from './parity.js';
import { signsOf, type Signs } from './signs.js';

/** One node as it is stored. */
export interface StoredNode {
  /** -1: the node computes the negative of what the graph says. */
  readonly sign: 1 | -1;
  /** The bits are stored inverted. */
  readonly complement: boolean;
  /** The other polarity is made beside it, by a row of lookup tables. */
  readonly both: boolean;
  /** Exact range of `sign * node`. */
  readonly range: Interval;
  readonly width: number;
}

export interface StoredForms {
  readonly nodes: readonly StoredNode[];
  /** Lookup tables of all adders and inverters. */
  readonly luts: number;
}

/**
 * Signs, and on iCE40 polarities, that cost few lookup tables, by simulated annealing. On ECP5, whose carry cells invert for
 * nothing, every polarity stays true. Deterministic.
 * @param moves attempted changes per adder
 */
export const storedForms = (
  graph: AdderGraph,
  input: Interval,
  family: Family,
  { moves = 60, seed = 1 }: { readonly moves?: number; readonly seed?: number } = {},
): StoredForms => {
  const forms = new Forms(graph, input, family);
  const random = createRandom(seed);
  const count = moves * (graph.adders.length + 30);
  if (family === 'ice40') forms.start(parityOf(graph, forms.trueWidths(), 10 * count, random));
  for (let move = 0; move < count; move++)
    forms.tryMove(random, START_TEMPERATURE * (1 - move / count) + 0.01);
  return { nodes: forms.result(), luts: forms.luts() };
};

/** Low: parity is settled before, and signs have few local minima. */
const START_TEMPERATURE = 1;

/** Longest chain of sign changes that one move may cause. */
const MOST_FLIPS = 60;

class Forms {
  private readonly sign: Int8Array;
  private readonly complement: Uint8Array;
  private readonly both: Uint8Array;
  private readonly ranges: readonly Interval[];
  /** Widths of the node and of its negative. */
  private readonly widths: readonly (readonly [number, number])[];
  /** Adders that read each node. */
  private readonly readers: readonly number[][];
  /** Signs with which outputs take each node. */
  private readonly outputs: readonly number[][];

  constructor(
    private readonly graph: AdderGraph,
    input: Interval,
    private readonly family: Family,
  ) {
    this.ranges = linearForms(graph).map((form) => formRange(form, input));
    this.widths = this.ranges.map((range) => [widthOf(range), widthOf(negated(range))]);
    const count = this.ranges.length;
    this.sign = new Int8Array(count).fill(1);
    this.complement = new Uint8Array(count);
    this.both = new Uint8Array(count);
    this.readers = this.ranges.map(() => []);
    this.outputs = this.ranges.map(() => []);
    graph.adders.forEach(({ left, right }, index) => {
      this.readers[left]?.push(index);
      if (right !== left) this.readers[right]?.push(index);
    });
    for (const { node, negate } of graph.outputs) {
      if (node !== undefined) this.outputs[node]?.push(negate ? -1 : 1);
    }
  }

  /** Widths of the nodes with the graph's own signs. */
  trueWidths(): readonly number[] {
    return this.widths.map(([width]) => width);
  }

  start({ complement, both }: Parity): void {
    this.complement.set(complement);
    this.both.set(both);
  }

  result(): readonly StoredNode[] {
    return this.ranges.map((range, node) => ({
      sign: this.signOf(node),
      complement: this.complement[node] === 1,
      both: this.both[node] === 1,
      range: this.signOf(node) > 0 ? range : negated(range),
      width: this.width(node),
    }));
  }

  luts(): number {
    let total = 0;
    for (let node = 0; node < this.ranges.length; node++) total += this.nodeCost(node);
    for (let adder = 0; adder < this.graph.adders.length; adder++) total += this.adderCost(adder);
    return total;
  }

  /** Keeps a random change when it pays, or by chance while it is warm. */
  tryMove(random: Random, temperature: number): void {
    const node = random.integer(0, this.ranges.length - 1);
    const kind = this.family === 'ecp5' ? 0 : random.integer(0, 3);
    const nodes =
      kind % 3 === 0 ? this.flipsFrom(node) : kind === 1 && node < this.graph.inputs ? [] : [node];
    if (nodes.length === 0) return;
    const adders = new Set(nodes.flatMap((each) => this.addersAt(each)));
    const before = this.costAround(nodes, adders);
    this.apply(kind, nodes);
    const worse = this.costAround(nodes, adders) - before;
    if (worse > 0 && random.unit() >= Math.exp(-worse / temperature)) this.apply(kind, nodes);
  }

  /**
   * Every kind of move is its own inverse: 0 signs, 1 polarity, 2 both polarities, 3 signs and polarities, which keeps what
   * the adders around need of each other.
   */
  private apply(kind: number, nodes: readonly number[]): void {
    for (const node of nodes) {
      if (kind % 3 === 0) this.sign[node] = -this.signOf(node);
      if (kind % 2 === 1) this.complement[node] = 1 - (this.complement[node] ?? 0);
      if (kind === 2) this.both[node] = 1 - (this.both[node] ?? 0);
    }
  }

  /** The nodes whose sign changes with this one's: a sum has the sign of its terms. Empty: not possible, or too many. */
  private flipsFrom(node: number): readonly number[] {
    if (node < this.graph.inputs || this.isSum(node)) return [];
    const flips = new Set([node]);
    const queue = [node];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const reader of this.readers[next] ?? []) {
        const result = this.graph.inputs + reader;
        const signs = this.signsAfter(reader, flips);
        if (signs === undefined || signs.left > 0 || signs.right > 0) continue;
        if (flips.has(result)) flips.delete(result);
        else flips.add(result);
        queue.push(result);
        if (flips.size > MOST_FLIPS) return [];
      }
    }
    return [...flips];
  }

  private isSum(node: number): boolean {
    const signs = this.signsAfter(node - this.graph.inputs, new Set());
    return signs === undefined || signs.left === signs.right;
  }

  private signsAfter(index: number, flips: ReadonlySet<number>): Signs | undefined {
    const adder = this.graph.adders[index];
    if (adder === undefined) return undefined;
    const sign = (node: number): number => (flips.has(node) ? -this.signOf(node) : this.signOf(node));
    return signsOf(adder, sign(adder.left), sign(adder.right), sign(this.graph.inputs + index));
  }

  private addersAt(node: number): readonly number[] {
    const readers = this.readers[node] ?? [];
    return node < this.graph.inputs ? readers : [node - this.graph.inputs, ...readers];
  }

  private costAround(nodes: readonly number[], adders: ReadonlySet<number>): number {
    let total = 0;
    for (const node of nodes) total += this.nodeCost(node);
    for (const adder of adders) total += this.adderCost(adder);
    return total;
  }

  private adderCost(index: number): number {
    const adder = this.graph.adders[index];
    const signs = this.signsAfter(index, NONE);
    if (adder === undefined || signs === undefined) return 0;
    if (signs.left < 0 && signs.right < 0) return IMPOSSIBLE;
    const { left, right } = adder;
    const result = this.graph.inputs + index;
    const shape: AdderShape = {
      adder,
      signs,
      left: this.width(left),
      right: this.width(right),
      result: this.width(result),
    };
    if (this.family === 'ecp5') return ecp5AdderLuts(shape);
    const from = adder.leftShift > 0 ? right : left;
    const inverted = this.complement[from] !== this.complement[result] && this.both[from] === 0;
    const fits = (this.complement[left] === this.complement[right]) === (signs.left === signs.right);
    const isFree = fits || this.both[left] === 1 || this.both[right] === 1;
    const inverters = isFree ? 0 : Math.min(shape.left, shape.right);
    return (inverted ? shape.result : chainBits(shape)) + inverters;
  }

  /** The second polarity, and what outputs need on top. */
  private nodeCost(node: number): number {
    const width = this.width(node);
    const second = this.both[node] === 1 ? width : 0;
    const inverters = this.complement[node] === 1 && this.both[node] === 0 ? width : 0;
    return (this.outputs[node] ?? []).reduce(
      (total, sign) => total + (sign * this.signOf(node) < 0 ? width + 1 : inverters),
      second,
    );
  }

  private width(node: number): number {
    return this.widths[node]?.[this.signOf(node) > 0 ? 0 : 1] ?? 0;
  }

  private signOf(node: number): 1 | -1 {
    return this.sign[node] === -1 ? -1 : 1;
  }
}

const NONE: ReadonlySet<number> = new Set();
const IMPOSSIBLE = 1e6;

const negated = ({ lo, hi }: Interval): Interval => ({ lo: -hi + 0, hi: -lo + 0 });
