/** The signed digits that one output still has to add up, while sharing replaces pairs of them by sums. */

import { popCount, type Digits } from './digits.js';
import type { Pattern, PatternTable } from './pattern-table.js';

/** Parallel lists: node, and its positive and negative digits as bit masks. */
export class Terms {
  private readonly nodes: number[] = [];
  private readonly plus: number[] = [];
  private readonly minus: number[] = [];

  constructor(row: ReadonlyMap<number, Digits>) {
    for (const [node, { plus, minus }] of row) this.put(node, plus, minus);
  }

  /** Enters every pair of digits. */
  countAll(table: PatternTable): void {
    for (let i = 0; i < this.nodes.length; i++)
      for (let j = i; j < this.nodes.length; j++) this.countPair(table, i, j, 1);
  }

  /** Every digit as a term of its own. */
  list(): { node: number; shift: number; negate: boolean }[] {
    return this.nodes.flatMap((node, i) => {
      const [plus, minus] = [this.plus[i] ?? 0, this.minus[i] ?? 0];
      return bitsOf(plus | minus).map((bit) => ({ node, shift: placeOf(bit), negate: (minus & bit) !== 0 }));
    });
  }

  /** The digits of `first` (a mask) at which the pattern occurs, at most so many, without overlap. */
  placesOf({ first, second, distance, subtract }: Pattern, most: number): number {
    const [a, b] = [this.nodes.indexOf(first), this.nodes.indexOf(second)];
    if (a < 0 || b < 0 || most <= 0) return 0;
    const plus = shifted(this.plus[b] ?? 0, -distance);
    const minus = shifted(this.minus[b] ?? 0, -distance);
    const [plusA, minusA] = [this.plus[a] ?? 0, this.minus[a] ?? 0];
    const all = subtract ? (plusA & minus) | (minusA & plus) : (plusA & plus) | (minusA & minus);
    if (first !== second && popCount(all) <= most) return all;
    let [places, used, count] = [0, 0, 0];
    for (let rest = all; rest !== 0 && count < most; rest &= rest - 1) {
      const bit = rest & -rest;
      const taken = first === second ? bit | (bit << distance) : bit;
      if ((used & taken) !== 0) continue;
      used |= taken;
      places |= bit;
      count++;
    }
    return places;
  }

  /** Puts `node` in the place of each occurrence of a pattern; the table follows. */
  replace({ first, second, distance }: Pattern, places: number, node: number, table: PatternTable): void {
    this.countWith(table, first, second, -1);
    const a = this.nodes.indexOf(first);
    // The sum stands at the lower of the two digits and has the sign of the first.
    const down = Math.min(0, distance);
    const plus = shifted((this.plus[a] ?? 0) & places, down);
    const minus = shifted((this.minus[a] ?? 0) & places, down);
    this.take(first, places);
    this.take(second, shifted(places, distance));
    this.countWith(table, first, second, 1);
    this.put(node, plus, minus);
    for (let other = 0; other < this.nodes.length; other++)
      this.countPair(table, this.nodes.length - 1, other, 1);
  }

  /** Enters or removes all pairs that digits of two nodes take part in. */
  private countWith(table: PatternTable, first: number, second: number, by: 1 | -1): void {
    const [a, b] = [this.nodes.indexOf(first), this.nodes.indexOf(second)];
    for (let other = 0; other < this.nodes.length; other++) {
      if (a >= 0) this.countPair(table, a, other, by);
      if (b >= 0 && b !== a && other !== a) this.countPair(table, b, other, by);
    }
  }

  /** Enters or removes all pairs of a digit of one term and a digit of another, or of the same. */
  private countPair(table: PatternTable, i: number, j: number, by: 1 | -1): void {
    const isInOrder = (this.nodes[i] ?? 0) <= (this.nodes[j] ?? 0);
    const [one, other] = isInOrder ? [i, j] : [j, i];
    const [first, second] = [this.nodes[one] ?? 0, this.nodes[other] ?? 0];
    const [minusA, minusB] = [this.minus[one] ?? 0, this.minus[other] ?? 0];
    const inA = (this.plus[one] ?? 0) | minusA;
    const inB = (this.plus[other] ?? 0) | minusB;
    for (let rest = inA; rest !== 0; rest &= rest - 1) {
      const bitA = rest & -rest;
      const isMinus = (minusA & bitA) !== 0;
      const place = placeOf(bitA);
      // Within one term each pair of digits counts once.
      for (let left = one === other ? inB & ~(2 * bitA - 1) : inB; left !== 0; left &= left - 1) {
        const bitB = left & -left;
        table.change(first, second, placeOf(bitB) - place, isMinus !== ((minusB & bitB) !== 0), by);
      }
    }
  }

  private put(node: number, plus: number, minus: number): void {
    this.nodes.push(node);
    this.plus.push(plus);
    this.minus.push(minus);
  }

  /** Removes digits of a node, and the node with its last. */
  private take(node: number, bits: number): void {
    const i = this.nodes.indexOf(node);
    if (i < 0) return;
    const [plus, minus] = [(this.plus[i] ?? 0) & ~bits, (this.minus[i] ?? 0) & ~bits];
    this.plus[i] = plus;
    this.minus[i] = minus;
    if ((plus | minus) !== 0) return;
    for (const list of [this.nodes, this.plus, this.minus]) list.splice(i, 1);
  }
}

const placeOf = (bit: number): number => 31 - Math.clz32(bit);

const bitsOf = (mask: number): number[] => {
  const bits: number[] = [];
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
};

const shifted = (bits: number, distance: number): number =>
  distance >= 0 ? bits << distance : bits >>> -distance;
