/** From a constant matrix to a small adder graph: many cheap greedy attempts, the best by the caller's measure. */

import { createRandom, type Random } from '../../num/index.js';
import { UnitParameterError } from '../errors.js';
import { computes, depths, type AdderGraph, type Interval } from './adder-graph.js';
import { chain } from './chain.js';
import { decompose, type Matrix } from './decompose.js';
import { canonicalDigits, digitCount, MAX_WEIGHT, randomDigits } from './digits.js';
import { share, type Row, type Source, type Worth } from './share.js';

export interface SolveOptions {
  /** Range of every input. */
  readonly input: Interval;
  /** Adder levels beyond the least possible; default: no bound. */
  readonly extraDepth?: number;
  /** What is minimized; default: the number of adders. */
  readonly cost?: (graph: AdderGraph) => number;
  /** Work of all attempts in arbitrary units, default 1 million, some seconds: the same search on every machine. */
  readonly effort?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * The cheapest graph found that computes y = matrix * x exactly (checked). Deterministic: equal arguments, equal graph.
 * @throws UnitParameterError when the matrix is ragged or empty or a weight is no integer below 2^29 in magnitude
 */
export const solve = (matrix: Matrix, options: SolveOptions): AdderGraph => {
  const { cost = adderCount, effort = 1e6, seed = 1 } = options;
  checkMatrix(matrix);
  const random = createRandom(seed);
  const digits = 1 + matrix.reduce((total, row) => total + signedDigits(row), 0);
  const attempts = Math.min(MOST_ATTEMPTS, Math.max(STRATEGIES.length, Math.floor(effort / digits ** 1.5)));
  let best: { readonly graph: AdderGraph; readonly cost: number } | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const strategy = STRATEGIES[attempt % STRATEGIES.length];
    if (strategy === undefined) break;
    const graph = strategy(matrix, options, random);
    const price = cost(graph);
    if (best === undefined || price < best.cost) best = { graph, cost: price };
  }
  if (best === undefined || !computes(best.graph, matrix))
    throw new Error('the adder graph does not compute its matrix');
  return best.graph;
};

/** Small matrices show nothing new after so many. */
const MOST_ATTEMPTS = 1000;

const adderCount = ({ adders }: AdderGraph): number => adders.length;

const checkMatrix = (matrix: Matrix): void => {
  const columns = columnsOf(matrix);
  if (columns === 0) throw new UnitParameterError('cmvm', 'matrix', 'has no rows or no columns');
  matrix.forEach((row, index) => {
    if (row.length !== columns)
      throw new UnitParameterError('cmvm', `row ${index}`, `has ${row.length} weights, row 0 has ${columns}`);
    const wrong = row.find((weight) => !Number.isInteger(weight) || Math.abs(weight) >= MAX_WEIGHT);
    if (wrong !== undefined)
      throw new UnitParameterError(
        'cmvm',
        `row ${index}`,
        `has the weight ${wrong}, no integer below 2^29 in magnitude`,
      );
  });
};

const columnsOf = ([row = []]: Matrix): number => row.length;

const signedDigits = (row: readonly number[]): number =>
  row.reduce((total, weight) => total + digitCount(canonicalDigits(weight)), 0);

type Strategy = (matrix: Matrix, options: SolveOptions, random: Random) => AdderGraph;

/** Most places saved, with some noise to tell equals apart differently each time. */
const byCount =
  (random: Random): Worth =>
  ({ count }) =>
    count + 0.8 * random.unit();
/** Shallow patterns first: they combine with more. */
const byCountAndDepth =
  (random: Random): Worth =>
  ({ count, depth }) =>
    count - 0.6 * depth + random.unit();
/** Most adder bits saved. */
const byBits =
  (random: Random): Worth =>
  ({ count, width }) =>
    (count - 1) * width * (1 + 0.3 * random.unit());

const direct =
  (worth: (random: Random) => Worth, isCanonical: boolean): Strategy =>
  (matrix, { input, extraDepth = Infinity }, random) => {
    const sources = (matrix[0] ?? []).map((): Source => ({ ...input, depth: 0 }));
    const rows = rowsOf(matrix, isCanonical ? undefined : random);
    return share(rows, sources, { worth: worth(random), extraDepth });
  };

const alongTree =
  (worth: (random: Random) => Worth): Strategy =>
  (matrix, options, random) => {
    const { edges, paths } = decompose(matrix);
    if (options.extraDepth !== undefined) return direct(worth, true)(matrix, options, random);
    const first = direct(worth, true)(edges, options, random);
    const second = share(rowsOf(paths, undefined), sourcesAfter(first, options.input), {
      worth: worth(random),
      extraDepth: Infinity,
    });
    return chain(first, second);
  };

const STRATEGIES: readonly Strategy[] = [
  direct(byCount, true),
  direct(byBits, true),
  direct(byCountAndDepth, true),
  alongTree(byCount),
  direct(byCount, false),
  alongTree(byCountAndDepth),
  direct(byBits, false),
  direct(byCountAndDepth, true),
];

const rowsOf = (matrix: Matrix, random: Random | undefined): Row[] =>
  matrix.map((weights) => {
    const row: Row = new Map();
    weights.forEach((weight, input) => {
      if (weight !== 0)
        row.set(input, random === undefined ? canonicalDigits(weight) : randomDigits(weight, random));
    });
    return row;
  });

/** The outputs of a graph as the inputs of the next; ranges are bounds, since only the search reads them. */
const sourcesAfter = (graph: AdderGraph, input: Interval): Source[] => {
  const depth = depths(graph);
  const size = Math.max(-input.lo, input.hi);
  return graph.outputs.map(({ node, shift }) => {
    const bound = node === undefined ? 0 : size * 2 ** (shift + (depth[node] ?? 0));
    return { lo: -bound, hi: bound, depth: node === undefined ? 0 : (depth[node] ?? 0) };
  });
};
