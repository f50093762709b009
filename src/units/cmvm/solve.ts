/**
 * From a constant matrix to a small adder graph: greedy attempts from scratch, then the best one again and again with a few
 * of its sums undone (iterated greedy), by the caller's measure.
 */

import { createRandom, type Random } from '../../num/index.js';
import { UnitParameterError } from '../errors.js';
import { computes, type AdderGraph, type Interval } from './adder-graph.js';
import { againWithout, firstAttempt, type Attempt, type Problem } from './attempt.js';
import type { Matrix } from './decompose.js';
import { MAX_WEIGHT } from './digits.js';
import type { PatternFacts, Worth } from './share.js';

export interface SolveOptions {
  /** Range of every input. */
  readonly input: Interval;
  /** Adder levels beyond the least possible; default: no bound. */
  readonly extraDepth?: number;
  /** What is minimized; default: the number of adders. Randomness is for measures that search themselves. */
  readonly cost?: (graph: AdderGraph, random: Random) => number;
  /** Differences of two inputs are avoided in half of the attempts: they need inverters on iCE40. */
  readonly avoidsInputDifferences?: boolean;
  /** Work of all attempts in arbitrary units, the same search on every machine. Default 1 million: some seconds. */
  readonly effort?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * The cheapest graph found that computes y = matrix * x exactly (checked). Deterministic: equal arguments, equal graph.
 * @throws UnitParameterError when the matrix is ragged or empty or a weight is no integer below 2^29 in magnitude
 */
export const solve = (matrix: Matrix, options: SolveOptions): AdderGraph => {
  checkMatrix(matrix);
  const { graph } = new Search(matrix, options).run();
  if (!computes(graph, matrix)) throw new Error('the adder graph does not compute its matrix');
  return graph;
};

interface Priced {
  readonly attempt: Attempt;
  readonly cost: number;
}

class Search {
  private readonly random: Random;
  private readonly problem: Problem;
  private best: Priced | undefined;
  private work = 0;

  constructor(
    matrix: Matrix,
    private readonly options: SolveOptions,
  ) {
    const { input, extraDepth = Infinity, seed = 1 } = options;
    this.random = createRandom(seed);
    this.problem = { matrix, input, extraDepth };
  }

  run(): Attempt {
    for (const { worth, isAlongTree, isCanonical } of FIRST) {
      const digits = isCanonical ? undefined : this.random;
      this.consider(firstAttempt(this.problem, this.worth(worth), { isAlongTree, digits }));
    }
    const limit = this.workLimit();
    // Where nothing can be shared, attempts are no work.
    for (let count = 0; count < MOST_ATTEMPTS && this.work < limit; count++) this.improve();
    if (this.best === undefined) throw new Error('no attempt was made');
    return this.best.attempt;
  }

  /** Large matrices get some attempts beyond their share, unless hardly any effort is wanted at all. */
  private workLimit(): number {
    const { effort = 1e6 } = this.options;
    const perAttempt = this.work / FIRST.length;
    return Math.max(effort * WORK_PER_EFFORT, Math.min(FEWEST_ATTEMPTS, effort / 1e5) * perAttempt);
  }

  private improve(): void {
    if (this.best === undefined) return;
    const share = 2 * this.random.unit() * this.random.unit() * DROPPED;
    const worth = WORTHS[this.random.integer(0, WORTHS.length - 1)] ?? byCount;
    const isDropped = (): boolean => this.random.chance(share);
    this.consider(againWithout(this.problem, this.worth(worth), this.best.attempt, isDropped));
  }

  /** Keeps an attempt that is as good as the best: what is equal may lead on. */
  private consider(attempt: Attempt): void {
    const { cost = adderCount } = this.options;
    const price = cost(attempt.graph, this.random);
    // A measure that searches itself takes about as long as the attempt.
    this.work += attempt.work * (this.options.cost === undefined ? 1 : 2);
    if (this.best === undefined || price <= this.best.cost) this.best = { attempt, cost: price };
  }

  private worth(of: (random: Random) => Worth): Worth {
    const worth = of(this.random);
    if (this.options.avoidsInputDifferences !== true || this.random.chance(0.5)) return worth;
    const inputs = this.problem.matrix[0]?.length ?? 0;
    return (facts) =>
      isDifference(facts, inputs) ? worth({ ...facts, count: facts.count - 1 }) : worth(facts);
  }
}

/** Pattern counts changed per unit of effort: 1 million is some 3 CPU seconds. */
const WORK_PER_EFFORT = 9;
/** Small matrices show nothing new after so many. */
const MOST_ATTEMPTS = 2000;
const FEWEST_ATTEMPTS = 24;
/** Average share of the shared sums that an attempt undoes. */
const DROPPED = 0.2;

const isDifference = ({ pattern }: PatternFacts, inputs: number): boolean =>
  pattern.subtract && pattern.first < inputs && pattern.second < inputs;

const adderCount = ({ adders }: AdderGraph): number => adders.length;

const checkMatrix = (matrix: Matrix): void => {
  const columns = matrix[0]?.length ?? 0;
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

const WORTHS = [byCount, byCountAndDepth, byBits];

/** The attempts from scratch. */
const FIRST = [
  { worth: byCount, isAlongTree: false, isCanonical: true },
  { worth: byBits, isAlongTree: false, isCanonical: true },
  { worth: byCountAndDepth, isAlongTree: false, isCanonical: true },
  { worth: byCount, isAlongTree: true, isCanonical: true },
  { worth: byCount, isAlongTree: false, isCanonical: false },
  { worth: byCountAndDepth, isAlongTree: true, isCanonical: true },
  { worth: byBits, isAlongTree: false, isCanonical: false },
  { worth: byCountAndDepth, isAlongTree: false, isCanonical: true },
] as const;
