/**
 * Sharing: the two-term pattern worth most becomes an adder of its own, everywhere it occurs, until none occurs twice
 * (greedy common sub-expressions over signed digits; Hartley 1996, with the depth bound of da4ml, arXiv 2507.04535).
 */

import type { Adder, AdderGraph, Output } from './adder-graph.js';
import { digitCount, popCount, type Digits } from './digits.js';
import { MAX_NODES, PatternTable, type Pattern } from './pattern-table.js';

/** What a pattern's worth may depend on. */
export interface PatternFacts {
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
}

/** Digits of one output's row, by node. */
export type Row = Map<number, Digits>;

/** Adders that compute every row from the sources. Rows are consumed. */
export const share = (rows: readonly Row[], sources: readonly Source[], options: ShareOptions): AdderGraph =>
  new Sharing(rows, sources, options).run();

class Sharing {
  private readonly nodes: Source[];
  private readonly adders: Adder[] = [];
  private readonly table: PatternTable;
  /** Σ 2^depth over a row's terms: it fits a tree of depth d when it is at most 2^d. */
  private readonly loads: number[];
  private readonly greatestLoad: number;

  constructor(
    private readonly rows: readonly Row[],
    sources: readonly Source[],
    { worth, extraDepth }: ShareOptions,
  ) {
    this.nodes = [...sources];
    this.loads = rows.map((row) => {
      let load = 0;
      for (const [node, digits] of row) load += digitCount(digits) * 2 ** this.node(node).depth;
      return load;
    });
    this.greatestLoad = 2 ** (Math.ceil(Math.log2(Math.max(1, ...this.loads))) + extraDepth);
    this.table = new PatternTable((pattern, count) => {
      const { lo, hi, depth } = this.sumOf(pattern);
      return worth({
        count,
        width: Math.ceil(Math.log2(Math.max(-lo, hi + 1) + 1)) + (lo < 0 ? 1 : 0),
        depth,
      });
    });
  }

  run(): AdderGraph {
    for (const row of this.rows) {
      const terms = [...row];
      terms.forEach((term, i) => {
        for (const other of terms.slice(i)) this.countPair(term, other, 1);
      });
    }
    for (let best = this.table.takeBest(); best !== undefined; best = this.table.takeBest()) {
      if (this.nodes.length >= MAX_NODES) break;
      this.extract(best);
    }
    const outputs = this.rows.map((row) => this.combine(row));
    return { inputs: this.nodes.length - this.adders.length, adders: this.adders, outputs };
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

  /** Counts all patterns between the digits of two terms of one row (or within one term). */
  private countPair(one: readonly [number, Digits], other: readonly [number, Digits], by: 1 | -1): void {
    const [[first, a], [second, b]] = one[0] <= other[0] ? [one, other] : [other, one];
    const inB = b.plus | b.minus;
    for (let rest = a.plus | a.minus; rest !== 0; rest &= rest - 1) {
      const bitA = rest & -rest;
      const minusA = (a.minus & bitA) !== 0;
      const placeA = placeOf(bitA);
      // Within one term each pair of digits counts once.
      for (let left = first === second ? inB & ~(2 * bitA - 1) : inB; left !== 0; left &= left - 1) {
        const bitB = left & -left;
        this.table.change(first, second, placeOf(bitB) - placeA, minusA !== ((b.minus & bitB) !== 0), by);
      }
    }
  }

  /** All patterns that the given terms of a row take part in. */
  private countTerms(row: Row, terms: readonly number[], by: 1 | -1): void {
    const done = new Set<number>();
    for (const node of terms) {
      const digits = row.get(node);
      if (digits === undefined || done.has(node)) continue;
      for (const other of row) if (!done.has(other[0])) this.countPair([node, digits], other, by);
      done.add(node);
    }
  }

  private extract(pattern: Pattern): void {
    const found = this.rows.flatMap((row, index) => {
      const places = this.placesIn(row, index, pattern);
      return places === 0 ? [] : [{ row, index, places }];
    });
    // Depth bounds and overlaps may leave fewer places than were counted.
    if (found.reduce((total, { places }) => total + popCount(places), 0) < 2) return;
    const node = this.addNode(pattern);
    const growth = this.loadGrowth(pattern);
    for (const { row, index, places } of found) {
      this.countTerms(row, [pattern.first, pattern.second], -1);
      replace(row, pattern, places, node);
      this.loads[index] = (this.loads[index] ?? 0) + popCount(places) * growth;
      this.countTerms(row, [pattern.first, pattern.second, node], 1);
    }
  }

  private loadGrowth({ first, second }: Pattern): number {
    const [a, b] = [this.node(first).depth, this.node(second).depth];
    return 2 ** (1 + Math.max(a, b)) - 2 ** a - 2 ** b;
  }

  /** The digits of `first` (a mask) at which the pattern occurs in a row, without overlap and within the depth bound. */
  private placesIn(row: Row, index: number, pattern: Pattern): number {
    const a = row.get(pattern.first);
    const b = row.get(pattern.second);
    if (a === undefined || b === undefined) return 0;
    const { distance, subtract } = pattern;
    const plus = distance >= 0 ? b.plus >>> distance : b.plus << -distance;
    const minus = distance >= 0 ? b.minus >>> distance : b.minus << -distance;
    const all = subtract ? (a.plus & minus) | (a.minus & plus) : (a.plus & plus) | (a.minus & minus);
    const growth = this.loadGrowth(pattern);
    let load = this.loads[index] ?? 0;
    let [places, used] = [0, 0];
    for (let rest = all; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const taken = pattern.first === pattern.second ? bit | (bit << distance) : bit;
      if ((used & taken) !== 0) continue;
      if (load + growth > this.greatestLoad) break;
      used |= taken;
      places |= bit;
      load += growth;
    }
    return places;
  }

  /** What no pattern covers is added up, the least deep and narrowest first. */
  private combine(row: Row): Output {
    const terms = [...row].flatMap(([node, digits]) => termsOf(node, digits));
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

const placeOf = (bit: number): number => 31 - Math.clz32(bit);

const termsOf = (node: number, { plus, minus }: Digits): readonly Term[] => {
  const terms: Term[] = [];
  for (let rest = plus | minus; rest !== 0; rest &= rest - 1) {
    const bit = rest & -rest;
    terms.push({ node, shift: placeOf(bit), negate: (minus & bit) !== 0 });
  }
  return terms;
};

/** Puts `node` in the place of each occurrence of the pattern. */
const replace = (row: Row, { first, second, distance }: Pattern, places: number, node: number): void => {
  const a = row.get(first);
  if (a === undefined) return;
  const signs = { plus: a.plus & places, minus: a.minus & places };
  // The sum stands at the lower of the two digits.
  const down = Math.min(0, distance);
  const sum = { plus: shifted(signs.plus, down), minus: shifted(signs.minus, down) };
  take(row, first, places);
  take(row, second, shifted(places, distance));
  row.set(node, sum);
};

const shifted = (bits: number, distance: number): number =>
  distance >= 0 ? bits << distance : bits >>> -distance;

const take = (row: Row, node: number, bits: number): void => {
  const digits = row.get(node);
  if (digits === undefined) return;
  const left = { plus: digits.plus & ~bits, minus: digits.minus & ~bits };
  if ((left.plus | left.minus) === 0) row.delete(node);
  else row.set(node, left);
};
