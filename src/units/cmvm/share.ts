/**
 * Sharing: the two-term pattern worth most becomes an adder of its own, everywhere it occurs, until none occurs twice
 * (greedy common sub-expressions over signed digits; Hartley 1996, with the depth bound of da4ml, arXiv 2507.04535).
 */

import type { Adder, AdderGraph, Output } from './adder-graph.js';
import { digitCount, popCount, type Digits } from './digits.js';
import { MAX_NODES, PatternTable, type Pattern } from './pattern-table.js';
import { Terms } from './terms.js';

/** What a pattern's worth may depend on. */
export interface PatternFacts {
  readonly pattern: Pattern;
  /** Places where it occurs, at least 2. */
  readonly count: number;
  /** Width of the sum. */
  readonly width: number;
  /** Adders on the longest path to it, itself included. */
  readonly depth: number;
}
export type Worth = (facts: PatternFacts) => number;

/** What is known of a graph's inputs. */
export interface Source {
  readonly lo: number;
  readonly hi: number;
  readonly depth: number;
}

export interface ShareOptions {
  readonly worth: Worth;
  /** No output is deeper than the least possible depth plus this; Infinity: no bound. */
  readonly extraDepth: number;
  /** Patterns of an earlier run, in its order, to extract first where they still occur; undefined ones are left out. */
  readonly replay?: readonly (Pattern | undefined)[];
}

/** Digits of one output's row, by node. */
export type Row = ReadonlyMap<number, Digits>;

/** A graph, the patterns that its first adders are, in order, and how much work it was to find. */
export interface Shared {
  readonly graph: AdderGraph;
  readonly patterns: readonly Pattern[];
  readonly work: number;
}

/** Adders that compute every row from the sources. */
export const share = (rows: readonly Row[], sources: readonly Source[], options: ShareOptions): Shared =>
  new Sharing(rows, sources, options).run();

class Sharing {
  private readonly nodes: Source[];
  private readonly adders: Adder[] = [];
  private readonly table: PatternTable;
  private readonly rows: readonly Terms[];
  /** Σ 2^depth over a row's terms: it fits a tree of depth d when it is at most 2^d. */
  private readonly loads: number[];
  private readonly greatestLoad: number;

  constructor(
    rows: readonly Row[],
    sources: readonly Source[],
    private readonly options: ShareOptions,
  ) {
    const { worth, extraDepth } = options;
    this.nodes = [...sources];
    this.rows = rows.map((row) => new Terms(row));
    this.loads = rows.map((row) => {
      let load = 0;
      for (const [node, digits] of row) load += digitCount(digits) * 2 ** this.node(node).depth;
      return load;
    });
    this.greatestLoad = 2 ** (Math.ceil(Math.log2(Math.max(1, ...this.loads))) + extraDepth);
    this.table = new PatternTable((pattern, count) => {
      const { lo, hi, depth } = this.sumOf(pattern);
      const width = Math.ceil(Math.log2(Math.max(-lo, hi + 1) + 1)) + (lo < 0 ? 1 : 0);
      return worth({ pattern, count, width, depth });
    });
  }

  run(): Shared {
    for (const row of this.rows) row.countAll(this.table);
    this.replay();
    for (let best = this.table.takeBest(); best !== undefined; best = this.table.takeBest()) {
      if (this.nodes.length >= MAX_NODES) break;
      this.extract(best);
    }
    const inputs = this.nodes.length - this.adders.length;
    const patterns = this.adders.map(patternOf);
    const outputs = this.rows.map((row) => this.combine(row));
    return { graph: { inputs, adders: this.adders, outputs }, patterns, work: this.table.work };
  }

  /** Nodes of the earlier run keep their order here, so that `first <= second` still holds. */
  private replay(): void {
    const now: (number | undefined)[] = this.nodes.map((_, node) => node);
    for (const pattern of this.options.replay ?? []) {
      const [first, second] = [now[pattern?.first ?? -1], now[pattern?.second ?? -1]];
      const isKept = pattern !== undefined && first !== undefined && second !== undefined;
      now.push(isKept ? this.extract({ ...pattern, first, second }) : undefined);
    }
  }

  private node(index: number): Source {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${index}`);
    return node;
  }

  private sumOf({ first, second, distance, subtract }: Pattern): Source {
    const [a, b] = [this.node(first), this.node(second)];
    const [gainA, gainB] = [2 ** Math.max(0, -distance), 2 ** Math.max(0, distance)];
    return {
      lo: gainA * a.lo + gainB * (subtract ? -b.hi : b.lo),
      hi: gainA * a.hi + gainB * (subtract ? -b.lo : b.hi),
      depth: 1 + Math.max(a.depth, b.depth),
    };
  }

  private addNode(pattern: Pattern): number {
    const { first, second, distance, subtract } = pattern;
    const index = this.nodes.length;
    this.nodes.push(this.sumOf(pattern));
    const [leftShift, rightShift] = [Math.max(0, -distance), Math.max(0, distance)];
    this.adders.push({ left: first, right: second, leftShift, rightShift, subtract });
    return index;
  }

  /** The new node; undefined where the pattern occurs less than twice. */
  private extract(pattern: Pattern): number | undefined {
    const growth = this.loadGrowth(pattern);
    const found = this.rows.flatMap((row, index) => {
      const most = Math.floor((this.greatestLoad - (this.loads[index] ?? 0)) / growth);
      const places = row.placesOf(pattern, growth === 0 ? Infinity : most);
      return places === 0 ? [] : [{ row, index, places }];
    });
    // Depth bounds and overlaps may leave fewer places than were counted.
    if (found.reduce((total, { places }) => total + popCount(places), 0) < 2) return undefined;
    const node = this.addNode(pattern);
    for (const { row, index, places } of found) {
      row.replace(pattern, places, node, this.table);
      this.loads[index] = (this.loads[index] ?? 0) + popCount(places) * growth;
    }
    return node;
  }

  private loadGrowth({ first, second }: Pattern): number {
    const [a, b] = [this.node(first).depth, this.node(second).depth];
    return 2 ** (1 + Math.max(a, b)) - 2 ** a - 2 ** b;
  }

  /** What no pattern covers is added up, the least deep and narrowest first. */
  private combine(row: Terms): Output {
    const terms = row.list();
    const span = ({ node, shift }: Term): number => (this.node(node).hi - this.node(node).lo) * 2 ** shift;
    const depth = ({ node }: Term): number => this.node(node).depth;
    for (;;) {
      terms.sort((a, b) => depth(a) - depth(b) || span(a) - span(b));
      const [a, b] = [terms.shift(), terms.shift()];
      if (a === undefined) return { node: undefined, shift: 0, negate: false };
      if (b === undefined) return a;
      // A difference starts from its positive term, so that no result has to be negated.
      const [left, right] = a.negate && !b.negate ? [b, a] : [a, b];
      const node = this.addNode({
        first: left.node,
        second: right.node,
        distance: right.shift - left.shift,
        subtract: left.negate !== right.negate,
      });
      terms.push({ node, shift: Math.min(left.shift, right.shift), negate: left.negate });
    }
  }
}

type Term = Output & { readonly node: number };

const patternOf = ({ left, right, leftShift, rightShift, subtract }: Adder): Pattern => ({
  first: left,
  second: right,
  distance: rightShift - leftShift,
  subtract,
});
