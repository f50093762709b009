import { recodedCorrection } from '../recoded-dot/digits.js';
import { tieModes, type RequantizeParams } from './parameters.js';

export interface RequantizeInputs {
  readonly acc: bigint;
  readonly multiplier: bigint;
  /** As `addendFor` makes it. */
  readonly addend: bigint;
  /** The whole shift minus shiftMin. */
  readonly shift: bigint;
  /** Relative to the zero point. */
  readonly lo: bigint;
  readonly hi: bigint;
  readonly zeroPoint: bigint;
  /** See `tieModes`; ignored without `ties`. */
  readonly tieMode?: bigint;
  /** What `hold` kept, when `combine` is 1. */
  readonly kept?: bigint;
}

type Product = Pick<RequantizeParams, 'multiplier' | 'multiplierWidth'>;

/** What the unit's product is short by. */
const productCorrection = ({ multiplier: kind, multiplierWidth }: Product, multiplier: bigint): bigint =>
  kind === 'recoded' ? recodedCorrection(multiplier, multiplierWidth) : 0n;

/** acc * multiplier + addend (+ kept), in the unit's sumWidth bits; a recoded product is short by its correction. */
export const requantizeSum = (
  params: Product & Pick<RequantizeParams, 'sumWidth'>,
  { acc, multiplier, addend, kept = 0n }: RequantizeInputs,
): bigint =>
  BigInt.asIntN(
    params.sumWidth,
    params.multiplier === 'none'
      ? acc + addend + kept
      : acc * multiplier - productCorrection(params, multiplier) + addend + kept,
  );

/** The unit's `addend` for a bias in units of 2^-shift: with the rounding half and what the product is short by. */
export const addendFor = (
  params: Product,
  { multiplier, bias, shift }: { readonly multiplier: bigint; readonly bias: bigint; readonly shift: bigint },
): bigint => bias + (shift === 0n ? 0n : 1n << (shift - 1n)) + productCorrection(params, multiplier);

/** What `requantize` puts out, `latencyCycles` after its inputs. */
export const requantizeModel = (params: RequantizeParams, inputs: RequantizeInputs): bigint => {
  const sum = requantizeSum(params, inputs);
  const shift = BigInt(params.shiftMin) + inputs.shift;
  const rounded = params.ties ? settleTie(sum, shift, inputs.tieMode ?? 0n) : sum >> shift;
  const value = clamp(rounded, inputs.lo, inputs.hi) + inputs.zeroPoint;
  return BigInt.asIntN(params.resultWidth, value);
};

/** The half is in the sum already: an exact tie left nothing below the point and was rounded up. */
const settleTie = (sum: bigint, shift: bigint, mode: bigint): bigint => {
  const up = sum >> shift;
  const tie = shift > 0n && up << shift === sum;
  if (!tie) return up;
  if (mode === BigInt(tieModes.halfEven)) return up - (up & 1n);
  if (mode === BigInt(tieModes.halfAwayFromZero) && up <= 0n) return up - 1n;
  return up;
};

const clamp = (value: bigint, lo: bigint, hi: bigint): bigint => (value <= lo ? lo : value > hi ? hi : value);

export interface RequantizeContract {
  readonly multiplier: bigint;
  readonly addend: bigint;
  readonly shift: bigint;
  readonly rounding: keyof typeof tieModes;
  readonly zeroPoint: bigint;
  readonly lo: bigint;
  readonly hi: bigint;
}

/**
 * The definition of the integer contract (src/nn/ir.ts, Requantize):
 * clamp(round((acc * multiplier + addend) / 2^shift) + zeroPoint, lo, hi), by exact rational rounding.
 */
export const requantizeByContract = (acc: bigint, c: RequantizeContract): bigint => {
  const numerator = acc * c.multiplier + c.addend;
  const divisor = 1n << c.shift;
  const below = numerator >> c.shift;
  const doubledRest = 2n * (numerator - below * divisor);
  const tieUp = c.rounding === 'halfUp' || (c.rounding === 'halfEven' ? (below & 1n) === 1n : numerator > 0n);
  const up = doubledRest > divisor || (doubledRest === divisor && tieUp);
  return clamp(below + (up ? 1n : 0n) + c.zeroPoint, c.lo, c.hi);
};

/** The unit's inputs that make it compute `requantizeByContract`. */
export const inputsForContract = (
  params: Product & Pick<RequantizeParams, 'shiftMin'>,
  acc: bigint,
  c: RequantizeContract,
): RequantizeInputs => ({
  acc,
  multiplier: c.multiplier,
  addend: addendFor(params, { multiplier: c.multiplier, bias: c.addend, shift: c.shift }),
  shift: c.shift - BigInt(params.shiftMin),
  lo: c.lo - c.zeroPoint,
  hi: c.hi - c.zeroPoint,
  zeroPoint: c.zeroPoint,
  tieMode: BigInt(tieModes[c.rounding]),
});
