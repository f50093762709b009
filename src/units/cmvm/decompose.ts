/**
 * Rows of a matrix as sums of few differences between rows: M = paths x edges, along a minimum spanning tree whose distances
 * count signed digits (first stage of da4ml, arXiv 2507.04535). Pays where rows resemble each other.
 */

import { canonicalDigits, digitCount } from './digits.js';

export type Matrix = readonly (readonly number[])[];

export interface Decomposition {
  /** Differences between neighbours of the tree, no two equal up to sign. */
  readonly edges: Matrix;
  /** Rows of -1, 0, 1: which edges lead to each row. */
  readonly paths: Matrix;
}

interface Link {
  /** The row that this one starts from; undefined: zero. */
  readonly parent: number | undefined;
  /** row = parentSign * parent + edge */
  readonly parentSign: 1 | -1;
  readonly edge: readonly number[];
  readonly cost: number;
}

const costOf = (row: readonly number[]): number =>
  row.reduce((total, weight) => total + digitCount(canonicalDigits(weight)), 0);

export const decompose = (matrix: Matrix): Decomposition => {
  const links: Link[] = matrix.map((edge) => ({
    parent: undefined,
    parentSign: 1,
    edge,
    cost: costOf(edge),
  }));
  const outside = new Set(matrix.keys());
  const order: number[] = [];
  while (outside.size > 0) {
    const next = [...outside].reduce((best, row) => (cost(links, row) < cost(links, best) ? row : best));
    outside.delete(next);
    order.push(next);
    for (const row of outside) {
      const link = linkFrom(matrix, next, row);
      if (link.cost < cost(links, row)) links[row] = link;
    }
  }
  return pathsAlong(links, order);
};

const cost = (links: readonly Link[], row: number): number => links[row]?.cost ?? Infinity;

const linkFrom = (matrix: Matrix, parent: number, row: number): Link => {
  const [from = [], to = []] = [matrix[parent], matrix[row]];
  const difference = to.map((weight, i) => weight - (from[i] ?? 0));
  const sum = to.map((weight, i) => weight + (from[i] ?? 0));
  const [costOfDifference, costOfSum] = [costOf(difference), costOf(sum)];
  return costOfDifference <= costOfSum
    ? { parent, parentSign: 1, edge: difference, cost: costOfDifference }
    : { parent, parentSign: -1, edge: sum, cost: costOfSum };
};

const pathsAlong = (links: readonly Link[], order: readonly number[]): Decomposition => {
  const edges: (readonly number[])[] = [];
  const known = new Map<string, { readonly index: number; readonly sign: number }>();
  const place = (edge: readonly number[]): { readonly index: number; readonly sign: number } => {
    const found = known.get(edge.join());
    if (found !== undefined) return found;
    const index = edges.push(edge) - 1;
    known.set(edge.join(), { index, sign: 1 });
    known.set(edge.map((weight) => -weight + 0).join(), { index, sign: -1 });
    return { index, sign: 1 };
  };
  const sparse = links.map(() => new Map<number, number>());
  for (const row of order) {
    const link = links[row];
    const path = sparse[row];
    if (link === undefined || path === undefined) continue;
    if (link.parent !== undefined)
      for (const [edge, sign] of sparse[link.parent] ?? []) path.set(edge, link.parentSign * sign);
    const { index, sign } = place(link.edge);
    path.set(index, (path.get(index) ?? 0) + sign);
  }
  return { edges, paths: sparse.map((path) => edges.map((_, edge) => path.get(edge) ?? 0)) };
};
