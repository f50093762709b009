import { roundShift, type RoundingMode } from '../../num/index.js';
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
  const fit = fitAdd(a, b, wanted, clamp, lowering.multiplierBits);
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

function fitAdd(a: Operand, b: Operand, wanted: Wanted, clamp: Clamp, multiplierBits: number): AddFit {
  const limit = 2 ** (multiplierBits - 1) - 1;
  const tries: AddFit[] = [];
  for (let shift = 0; shift <= 40; shift++) {
    const [multiplierA, multiplierB] = [Math.round(a.steps * 2 ** shift), Math.round(b.steps * 2 ** shift)];
    if (Math.max(Math.abs(multiplierA), Math.abs(multiplierB)) > limit) break;
    const candidates = [{ multiplierA, multiplierB, shift }];
    for (const rounding of ['halfUp', 'halfEven'] as const) {
      const difference = compare(a, b, wanted, { multiplierA, multiplierB, shift }, clamp, rounding);
      tries.push({ rounding, candidates, exact: difference.deviatingValues === 0, ...difference });
    }
  }
  const exact = (['halfUp', 'halfEven'] as const)
    .map((rounding) => tries.filter((t) => t.exact && t.rounding === rounding))
    .find((found) => found.length > 0);
  const [first] = exact ?? [];
  if (exact !== undefined && first !== undefined)
    return { ...first, candidates: exact.flatMap((t) => t.candidates) };
  return tries.reduce((best, t) => (t.deviatingValues <= best.deviatingValues ? t : best));
}

function compare(
  a: Operand,
  b: Operand,
  wanted: Wanted,
  m: { readonly multiplierA: number; readonly multiplierB: number; readonly shift: number },
  { lo, hi, zeroPoint }: Clamp,
  rounding: RoundingMode,
): Pick<AddFit, 'greatestDeviation' | 'deviatingValues' | 'reachableValues'> {
  const [valuesA, valuesB] = thinned(a.range, b.range);
  let greatestDeviation = 0;
  let deviatingValues = 0;
  for (const x of valuesA) {
    for (const y of valuesB) {
      const sum = roundShift(x * m.multiplierA + y * m.multiplierB, m.shift, rounding) + zeroPoint;
      const difference = Math.abs(Math.min(hi, Math.max(lo, sum)) - wanted(x, y));
      if (difference > 0) deviatingValues++;
      greatestDeviation = Math.max(greatestDeviation, difference);
    }
  }
  return { greatestDeviation, deviatingValues, reachableValues: valuesA.length * valuesB.length };
}

function thinned(a: ValueRange, b: ValueRange): readonly [readonly number[], readonly number[]] {
  const pairs = (a.hi - a.lo + 1) * (b.hi - b.lo + 1);
  const step = Math.max(1, Math.ceil(Math.sqrt(pairs / MOST_PAIRS)));
  const values = ({ lo, hi }: ValueRange): number[] => {
    const list = Array.from({ length: Math.floor((hi - lo) / step) + 1 }, (_, i) => lo + i * step);
    return list.at(-1) === hi ? list : [...list, hi];
  };
  return [values(a), values(b)];
}
