/** One greedy solution of a matrix, and the same again with a part of it undone. */

import type { Random } from '../../num/index.js';
import { depths, type AdderGraph, type Interval } from './adder-graph.js';
import { chain } from './chain.js';
import { decompose, type Matrix } from './decompose.js';
import { digitRows } from './digit-rows.js';
import type { Pattern } from './pattern-table.js';
import { share, type Row, type Source, type Worth } from './share.js';

/** One sharing: the rows it started from and what it shared. */
interface Stage {
  readonly rows: readonly Row[];
  readonly patterns: readonly (Pattern | undefined)[];
}

/** A graph and how it came about: the matrix itself, or its rows' differences first and then the rows from these. */
export interface Attempt {
  readonly graph: AdderGraph;
  readonly stages: readonly [Stage] | readonly [Stage, Stage];
  readonly work: number;
}

export interface Problem {
  readonly matrix: Matrix;
  readonly input: Interval;
  readonly extraDepth: number;
}

/** From scratch. Along the tree of differences only where the depth is free. */
export const firstAttempt = (
  problem: Problem,
  worth: Worth,
  form: { readonly isAlongTree: boolean; readonly digits?: Random | undefined },
): Attempt => {
  const { matrix, extraDepth } = problem;
  if (!form.isAlongTree || extraDepth !== Infinity)
    return attempt(problem, worth, [{ rows: digitRows(matrix, form.digits), patterns: [] }]);
  const { edges, paths } = decompose(matrix);
  return attempt(problem, worth, [
    { rows: digitRows(edges), patterns: [] },
    { rows: digitRows(paths), patterns: [] },
  ]);
};

/** An earlier attempt without the shared patterns that `isDropped`, filled up greedily. */
export const againWithout = (
  problem: Problem,
  worth: Worth,
  { stages }: Attempt,
  isDropped: () => boolean,
): Attempt => {
  const thinned = ({ rows, patterns }: Stage): Stage => ({
    rows,
    patterns: patterns.map((pattern) => (isDropped() ? undefined : pattern)),
  });
  const [first, second] = stages;
  return attempt(problem, worth, second === undefined ? [thinned(first)] : [thinned(first), thinned(second)]);
};

const attempt = (
  { input, matrix, extraDepth }: Problem,
  worth: Worth,
  [first, second]: Attempt['stages'],
): Attempt => {
  const sources = (matrix[0] ?? []).map((): Source => ({ ...input, depth: 0 }));
  const one = share(first.rows, sources, { worth, extraDepth, replay: first.patterns });
  const done = { rows: first.rows, patterns: one.patterns };
  if (second === undefined) return { graph: one.graph, stages: [done], work: one.work };
  const two = share(second.rows, sourcesAfter(one.graph, input), {
    worth,
    extraDepth: Infinity,
    replay: second.patterns,
  });
  return {
    graph: chain(one.graph, two.graph),
    stages: [done, { rows: second.rows, patterns: two.patterns }],
    work: one.work + two.work,
  };
};

/** The outputs of a graph as the inputs of the next; ranges are bounds, since only the search reads them. */
const sourcesAfter = (graph: AdderGraph, input: Interval): Source[] => {
  const depth = depths(graph);
  const size = Math.max(-input.lo, input.hi);
  return graph.outputs.map(({ node, shift }) => {
    const bound = node === undefined ? 0 : size * 2 ** (shift + (depth[node] ?? 0));
    return { lo: -bound, hi: bound, depth: node === undefined ? 0 : (depth[node] ?? 0) };
  });
};
