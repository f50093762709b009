import { roundHalfEven } from '../../num/index.js';
import { NnError } from '../errors.js';
import { storageRange, type ValueRange } from '../ranges.js';
import { composed } from './close.js';
import { tensorNamed, type AddFit, type Clamp, type Lowering } from './state.js';
import type { AddSource, PendingValue, Quantization } from './values.js';

/** An operand: its integers without the zero point, and what one of them is worth in output steps. */
interface Operand {
  readonly range: ValueRange;
  readonly scale: number;
  readonly steps: number;
}

/** Pairs of operand values compared at most; more are thinned out evenly, ends kept. */
const MOST_PAIRS = 2 ** 18;

/** Fits a residual add by comparing all pairs of operand values. */
export function closeAdd(
  lowering: Lowering,
  pending: PendingValue,
  source: AddSource,
  q: Quantization,
  output: string,
  clamp: Clamp,
): void {
  const gain = pending.steps.reduce(
    (product, step) => product * (step.kind === 'affine' ? (step.gain[0] ?? 0) : 1),
    1,
  );
  const [a, b] = [0, 1].map((i): Operand => {
    const tensor = tensorNamed(lowering, source.inputs[i] ?? '');
    const { lo, hi } = lowering.ranges.get(tensor.name) ?? storageRange(tensor);
    const range = { lo: lo - tensor.zeroPoint, hi: hi - tensor.zeroPoint };
    return { range, scale: tensor.scale, steps: (gain * tensor.scale) / q.scale };
  });
  if (a === undefined || b === undefined) return;
  const real = composed(pending.steps, 0);
  const wanted = (x: number, y: number): number => q.code(real(x * a.scale + y * b.scale));
  const fit = fitAdd(source.name, [a, b], wanted, clamp, lowering.multiplierBits);
  lowering.layers.push({ kind: 'added', source, output, fit, clamp });
  const { rounding, exact, greatestDeviation, deviatingValues, reachableValues } = fit;
  lowering.reports.push({
    layer: source.name,
    rounding,
    exact,
    inexactChannels: exact ? 0 : pending.shape[2],
    greatestDeviation,
    deviatingValues,
    reachableValues,
  });
}

type Wanted = (a: number, b: number) => number;
type Multipliers = AddFit['candidates'][number];
type Difference = Pick<AddFit, 'greatestDeviation' | 'deviatingValues'>;

/** The multipliers of every shift that serves all pairs, rounded half up where possible; else those that deviate least. */
function fitAdd(
  name: string,
  [a, b]: readonly [Operand, Operand],
  wanted: Wanted,
  clamp: Clamp,
  multiplierBits: number,
): AddFit {
  const pairs = pairsOf(a.range, b.range, wanted);
  const exact: Record<'halfUp' | 'halfEven', Multipliers[]> = { halfUp: [], halfEven: [] };
  let best: AddFit | undefined;
  for (const multipliers of multipliersOf(a, b, 2 ** (multiplierBits - 1) - 1)) {
    for (const rounding of ['halfEven', 'halfUp'] as const) {
      const most = best?.deviatingValues ?? Infinity;
      const difference = compare(pairs, multipliers, clamp, rounding, most);
      if (difference === undefined) continue;
      if (difference.deviatingValues === 0) exact[rounding].push(multipliers);
      if (difference.deviatingValues < most)
        best = fitOf(rounding, [multipliers], difference, pairs.wanted.length);
    }
  }
  const [rounding] = (['halfUp', 'halfEven'] as const).filter((one) => exact[one].length > 0);
  if (rounding !== undefined)
    return fitOf(
      rounding,
      exact[rounding],
      { greatestDeviation: 0, deviatingValues: 0 },
      pairs.wanted.length,
    );
  if (best !== undefined) return best;
  throw new NnError(
    'NN003',
    `residual add "${name}" multiplies by ${a.steps} and ${b.steps} to reach its quantizer's scale, which does not fit ` +
      `multipliers of ${multiplierBits} bits. Quantize its output more coarsely, or raise multiplierBits.`,
  );
}

const fitOf = (
  rounding: AddFit['rounding'],
  candidates: readonly Multipliers[],
  difference: Difference,
  reachableValues: number,
): AddFit => ({
  rounding,
  candidates,
  exact: difference.deviatingValues === 0,
  ...difference,
  reachableValues,
});

/** The greatest shift, which is the most exact one, first. */
function multipliersOf(a: Operand, b: Operand, limit: number): readonly Multipliers[] {
  const all = Array.from({ length: 41 }, (_, shift): Multipliers => {
    const [multiplierA, multiplierB] = [Math.round(a.steps * 2 ** shift), Math.round(b.steps * 2 ** shift)];
    return { multiplierA, multiplierB, shift };
  });
  const fits = ({ multiplierA, multiplierB }: Multipliers): boolean =>
    Math.max(Math.abs(multiplierA), Math.abs(multiplierB)) <= limit;
  return all.filter(fits).toReversed();
}

/** Operand values, and what the quantizer makes of each pair of them: [a][b]. */
interface Pairs {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly wanted: Float64Array;
}

function pairsOf(rangeA: ValueRange, rangeB: ValueRange, wanted: Wanted): Pairs {
  const [a, b] = thinned(rangeA, rangeB);
  const all = new Float64Array(a.length * b.length);
  a.forEach((x, i) => b.forEach((y, j) => (all[i * b.length + j] = wanted(x, y))));
  return { a, b, wanted: all };
}

/** undefined: more than `most` pairs deviate. All numbers are multiples of 2^-shift far below 2^53 of them, so exact. */
function compare(
  { a, b, wanted }: Pairs,
  { multiplierA, multiplierB, shift }: Multipliers,
  { lo, hi, zeroPoint }: Clamp,
  rounding: 'halfUp' | 'halfEven',
  most: number,
): Difference | undefined {
  const isHalfUp = rounding === 'halfUp';
  const termsA = a.map((value) => (value * multiplierA) / 2 ** shift);
  const termsB = b.map((value) => (value * multiplierB) / 2 ** shift);
  let greatestDeviation = 0;
  let deviatingValues = 0;
  let at = 0;
  for (const termA of termsA) {
    for (const termB of termsB) {
      const rounded = isHalfUp ? Math.floor(termA + termB + 0.5) : roundHalfEven(termA + termB);
      const result = Math.min(hi, Math.max(lo, rounded + zeroPoint));
      const difference = Math.abs(result - (wanted[at++] ?? 0));
      if (difference === 0) continue;
      if (++deviatingValues > most) return undefined;
      greatestDeviation = Math.max(greatestDeviation, difference);
    }
  }
  return { greatestDeviation, deviatingValues };
}

function thinned(a: ValueRange, b: ValueRange): readonly [Float64Array, Float64Array] {
  const pairs = (a.hi - a.lo + 1) * (b.hi - b.lo + 1);
  const step = Math.max(1, Math.ceil(Math.sqrt(pairs / MOST_PAIRS)));
  const values = ({ lo, hi }: ValueRange): Float64Array => {
    const list = Array.from({ length: Math.floor((hi - lo) / step) + 1 }, (_, i) => lo + i * step);
    return Float64Array.from(list.at(-1) === hi ? list : [...list, hi]);
  };
  return [values(a), values(b)];
}
