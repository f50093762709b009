/**
 * Factors that lie on a grid of few bits, found by the alternating direction method of multipliers, as the authors' code of
 * "Quantization Aware Factorization for Deep Neural Network Compression" (JAIR 81, 2024, arXiv 2308.04595) has it. Quantizing
 * finished factors multiplies their errors; here each factor is fitted to the quantized others.
 */
import { dot, inverseOf, product, trace, zeros, type Matrix } from './linear.js';
import { fastError } from './cp.js';
import { bestScale, codesOf, onGrid } from './quantizer.js';
import { gramOfOthers, mttkrp, relativeError, type Factors, type Unfolded } from './tensor.js';

export interface AdmmOptions {
  /** Of each factor, in the order of the modes. */
  readonly bits: readonly number[];
  readonly outerIterations: number;
  readonly innerIterations: number;
  /** Candidates of the scale search. Default 200. */
  readonly scalePoints?: number;
}

/** A factor on its grid: values = codes * scale, [mode's size] x [rank], codes in two's complement of `bits` bits. */
export interface QuantizedFactor {
  readonly bits: number;
  readonly scale: number;
  readonly codes: Int16Array;
  readonly matrix: Matrix;
}

export interface QuantizedFactors {
  readonly factors: readonly QuantizedFactor[];
  /** ||T - T^|| / ||T|| of the quantized factors. */
  readonly error: number;
  /** Outer iterations done. */
  readonly iterations: number;
  /** `limit`: still changing at the last iteration. `rising`: the safeguard stopped it. The best factors are kept in any case. */
  readonly stop: 'converged' | 'rising' | 'limit';
}

/** CP-then-quantize: each factor alone on its best grid. The baseline, and what the deployed layer would be without ADMM. */
export function quantizeFactors(
  tensor: Unfolded,
  factors: Factors,
  bits: readonly number[],
  scalePoints = 200,
): QuantizedFactors {
  const quantized = factors.map((factor, mode) => {
    const width = bits[mode] ?? 8;
    const scale = bestScale(factor.values, width, scalePoints);
    return quantizedFactor(factor, scale, width);
  });
  const error = relativeError(
    tensor,
    quantized.map(({ matrix }) => matrix),
  );
  return { factors: quantized, error, iterations: 0, stop: 'converged' };
}

function quantizedFactor(factor: Matrix, scale: number, bits: number): QuantizedFactor {
  const codes = codesOf(factor.values, scale, bits);
  return {
    bits,
    scale,
    codes,
    matrix: { ...factor, values: Float64Array.from(codes, (code) => code * scale) },
  };
}

/** One mode's state: the quantized factor, the scaled dual variable, and the scale of the grid the factor is on. */
interface ModeState {
  readonly factor: Matrix;
  readonly dual: Matrix;
  readonly scale: number;
}

/** Change of the relative error below which the outer loop stops, and rise above which it gives up. */
const settled = 1e-5;
const risen = 1e-3;
/** Outer iterations over which the error may rise. */
const recent = 5;

/** Starts from float factors (of `correctErrorPreserving`, or random); keeps the best of all outer iterations. */
export function quantizeByAdmm(tensor: Unfolded, start: Factors, options: AdmmOptions): QuantizedFactors {
  const states: ModeState[] = start.map((factor) => ({
    factor,
    dual: zeros(factor.rows, factor.columns),
    scale: 1,
  }));
  const errors: number[] = [];
  let [best, least]: [readonly ModeState[], number] = [states, Infinity];
  let stop: QuantizedFactors['stop'] = 'limit';
  while (errors.length < options.outerIterations && stop === 'limit') {
    const error = updateAllModes(tensor, states, options);
    if (error < least) [best, least] = [[...states], error];
    stop = stopReason(errors, error);
    errors.push(error);
  }
  const factors = best.map(({ factor, scale }, mode) =>
    quantizedFactor(factor, scale, options.bits[mode] ?? 8),
  );
  const error = relativeError(
    tensor,
    factors.map(({ matrix }) => matrix),
  );
  return { factors, error, iterations: errors.length, stop };
}

function stopReason(before: readonly number[], error: number): QuantizedFactors['stop'] {
  const last = before.at(-1);
  if (last === undefined) return 'limit';
  if (Math.abs(last - error) < settled) return 'converged';
  return error > Math.min(...before.slice(-recent)) + risen ? 'rising' : 'limit';
}

/** One outer iteration: every factor once, the others fixed. @returns the relative error after it */
function updateAllModes(tensor: Unfolded, states: ModeState[], options: AdmmOptions): number {
  let error = 1;
  for (const [mode, state] of states.entries()) {
    const factors = states.map(({ factor }) => factor);
    const inner = mttkrp(tensor, factors, mode);
    const grams = gramOfOthers(factors, mode);
    const next = updateMode(state, inner, grams, options.bits[mode] ?? 8, options);
    states[mode] = next;
    error = fastError(tensor, next.factor, inner, grams);
  }
  return error;
}

/**
 * The inner loop: Ht = (F + rho (H + U)) (G + rho I)^-1; H = Q(Ht - U); U = U + H - Ht, with rho = trace(G) / R. The grid's
 * scale is searched anew in each step.
 */
function updateMode(
  state: ModeState,
  inner: Matrix,
  grams: Matrix,
  bits: number,
  options: AdmmOptions,
): ModeState {
  const rho = trace(grams) / grams.rows || 1;
  const inverse = inverseOf(grams, rho);
  const fixed = product(inner, inverse).values;
  const { rows, columns } = state.factor;
  let quantized = Float64Array.from(state.factor.values);
  let before = new Float64Array(quantized.length);
  const dual = Float64Array.from(state.dual.values);
  const [sum, pulled] = [zeros(rows, columns), zeros(rows, columns)];
  const shifted = new Float64Array(quantized.length);
  const relaxed = pulled.values;
  let scale = state.scale;
  for (let iteration = 0; iteration < options.innerIterations; iteration++) {
    for (let i = 0; i < dual.length; i++) sum.values[i] = rho * ((quantized[i] ?? 0) + (dual[i] ?? 0));
    product(sum, inverse, pulled);
    for (let i = 0; i < dual.length; i++) {
      relaxed[i] = (relaxed[i] ?? 0) + (fixed[i] ?? 0);
      shifted[i] = (relaxed[i] ?? 0) - (dual[i] ?? 0);
    }
    scale = bestScale(shifted, bits, options.scalePoints ?? 200);
    [before, quantized] = [quantized, before];
    onGrid(shifted, scale, bits, quantized);
    for (let i = 0; i < dual.length; i++) dual[i] = (dual[i] ?? 0) + (quantized[i] ?? 0) - (relaxed[i] ?? 0);
    if (isSettled(quantized, relaxed, before, dual)) break;
  }
  return { factor: { rows, columns, values: quantized }, dual: { rows, columns, values: dual }, scale };
}

/** Primal and dual residuals, both below 1e-8: ||H - Ht||^2 / ||H||^2 and ||H - Hprev||^2 / ||U||^2. */
function isSettled(
  quantized: Float64Array,
  relaxed: Float64Array,
  before: Float64Array,
  dual: Float64Array,
): boolean {
  const primal = squaredDistance(quantized, relaxed);
  const moved = squaredDistance(quantized, before);
  return primal < 1e-8 * dot(quantized, quantized) && moved < 1e-8 * dot(dual, dual);
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}
