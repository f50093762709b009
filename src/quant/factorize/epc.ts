/**
 * Error preserving correction (Phan, Tichavsky, Cichocki, Error preserving correction: a method for CP decomposition at a
 * target error bound, IEEE Transactions on Signal Processing 67, 2019): the decomposition of least sum of squared norms of
 * the rank-1 terms among those whose error does not exceed a bound. ALS leaves large terms that cancel each other; no
 * low-bit grid survives those.
 */
import { dot, solve, trace, type Matrix } from './linear.js';
import {
  balance,
  columnNorms,
  gramOfOthers,
  mttkrp,
  relativeError,
  scaleColumns,
  termNorms,
  type Factors,
  type Unfolded,
} from './tensor.js';

export interface EpcOptions {
  readonly iterations: number;
  /** Greatest relative error allowed; default: that of the factors given. Not below 1e-5, where cancellation begins. */
  readonly bound?: number;
  /** Stop when the sum of squared norms falls by less, relative. Default 1e-3. */
  readonly tolerance?: number;
}

/** ln mu, mu in units of the Gram matrix' mean diagonal: the range that is searched. */
const [leastLogMu, mostLogMu] = [Math.log(1e-10), Math.log(1e4)];

interface Step {
  readonly factor: Matrix;
  readonly logMu: number;
}

interface Sample {
  readonly x: number;
  readonly y: number;
}

/** Never returns a greater sum of squared norms than it was given. Balanced factors. */
export function correctErrorPreserving(tensor: Unfolded, start: Factors, options: EpcOptions): Factors {
  const bound = Math.max(options.bound ?? relativeError(tensor, start), 1e-5);
  const squaredBound = bound ** 2 * tensor.squaredNorm;
  const factors = [...start];
  const logMus: number[] = [];
  let total = sumOf(termNorms(factors));
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    for (let mode = 0; mode < factors.length; mode++) {
      gatherNorms(factors, mode);
      const step = leastNorm(tensor, factors, mode, squaredBound, logMus[mode] ?? Math.log(1e-3));
      [factors[mode], logMus[mode]] = [step.factor, step.logMu];
    }
    const now = sumOf(termNorms(factors));
    if (total - now < total * (options.tolerance ?? 1e-3)) break;
    total = now;
  }
  return balance(factors);
}

/** Moves the other factors' column norms into this one, whose own squared norm is then the sum to be minimized. */
function gatherNorms(factors: Matrix[], mode: number): void {
  for (const [other, factor] of factors.entries()) {
    const own = factors[mode];
    if (other === mode || own === undefined) continue;
    const norms = columnNorms(factor);
    factors[other] = scaleColumns(
      factor,
      norms.map((norm) => (norm > 0 ? 1 / norm : 0)),
    );
    factors[mode] = scaleColumns(own, norms);
  }
}

/**
 * min ||A||^2 subject to ||T_(mode) - A Z'||^2 <= bound: A = F (G + mu I)^-1, where the error grows with mu; the greatest mu
 * that the bound allows. The factor as it is where that is no gain.
 */
function leastNorm(tensor: Unfolded, factors: Factors, mode: number, bound: number, guess: number): Step {
  const inner = mttkrp(tensor, factors, mode);
  const grams = gramOfOthers(factors, mode);
  const unit = trace(grams) / grams.rows;
  const current = factors[mode] ?? inner;
  let best = current;
  const excess = (logMu: number): number => {
    const mu = unit * Math.exp(logMu);
    const factor = solve(grams, mu, inner);
    // ||T||^2 - 2 <F, A> + <A G, A> with A G = F - mu A.
    const square = dot(factor.values, factor.values);
    const over = tensor.squaredNorm - dot(inner.values, factor.values) - mu * square - bound;
    if (over <= 0 && square < dot(best.values, best.values)) best = factor;
    return over;
  };
  const logMu = lastNegative(excess, guess);
  return { factor: best, logMu };
}

/** Where a growing function leaves the negative numbers, to 5e-3: false position in its Illinois form. Within ln mu's range. */
function lastNegative(f: (x: number) => number, guess: number): number {
  let { low, high } = bracket(f, guess);
  for (let step = 0; step < 40 && high.x - low.x > 5e-3; step++) {
    const x = low.x + (high.x - low.x) * (low.y / (low.y - high.y));
    const y = f(x);
    // The end that stays counts half, so that it moves next.
    if (y <= 0)
      [low, high] = [
        { x, y },
        { ...high, y: high.y / 2 },
      ];
    else
      [low, high] = [
        { ...low, y: low.y / 2 },
        { x, y },
      ];
  }
  return low.x;
}

/** Steps of ln 4 from the guess to the change of sign; an end of the range, as a bracket of no width, where there is none. */
function bracket(f: (x: number) => number, guess: number): { readonly low: Sample; readonly high: Sample } {
  let here = { x: guess, y: f(guess) };
  const step = here.y <= 0 ? Math.log(4) : -Math.log(4);
  for (;;) {
    const x = here.x + step;
    if (x < leastLogMu || x > mostLogMu) return { low: here, high: here };
    const next = { x, y: f(x) };
    if (next.y <= 0 !== here.y <= 0) return step > 0 ? { low: here, high: next } : { low: next, high: here };
    here = next;
  }
}

const sumOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
