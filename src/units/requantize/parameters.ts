import { unsignedWidth } from '../../num/index.js';
import { treeLevels } from '../adder-tree/tree.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import { digitCount } from '../recoded-dot/digits.js';

export interface RequantizeParams {
  readonly accWidth: number;
  readonly multiplierWidth: number;
  readonly addendWidth: number;
  /** Bits of acc * multiplier + addend (and of the sum of a pair). The caller proves that nothing overflows them. */
  readonly sumWidth: number;
  /** Smallest and greatest shift, 0 <= shiftMin <= shiftMax < sumWidth. */
  readonly shiftMin: number;
  readonly shiftMax: number;
  /** Bits of lo, hi, zeroPoint and the result. */
  readonly resultWidth: number;
  /** With a run-time `tieMode`; without, ties go towards +infinity (halfUp). */
  readonly ties: boolean;
  /** With `hold` and `combine`: sums over two (or more) accumulators, for residual additions. */
  readonly pairs: boolean;
  /** Sums kept with `pairs`, 1 to 1024, default 1: `combine` adds the one `pairDepth` values with hold or combine ago. */
  readonly pairDepth?: number;
  /**
   * `product` (default): multipliers, for DSP cells. `recoded`: LUTs and carry chains, about half as many as Yosys makes of
   * a product; acc * multiplier comes out short by a constant of the multiplier, which the addend must contain (`addendFor`).
   * `none`: the multiplier is 1 (scales that are powers of two) and has no port; multiplierWidth is of no account.
   */
  readonly multiplier?: 'product' | 'recoded' | 'none';
  /** Of `product`. 1: one multiplier. 2, 3: the wider factor is cut in 2 or 4 parts, whose products are added in later stages. */
  readonly multiplierStages: 1 | 2 | 3;
}

/** What `tieMode` means. */
export const tieModes = { halfUp: 0, halfEven: 1, halfAwayFromZero: 2 } as const;

/** Choices of the barrel shifter that one stage makes: about one LUT level each. */
const shiftLevelsPerStage = 3;

export interface RequantizeShape {
  /** Bits of the input `shift`, which carries shift - shiftMin; at least 1. */
  readonly shiftWidth: number;
  /** Bit positions of `shift` that each register stage of the shifter handles, in order. */
  readonly shiftStages: readonly (readonly number[])[];
  /** Cycles from the inputs to the registered product. */
  readonly productCycles: number;
  readonly latencyCycles: number;
}

/** @throws UnitParameterError */
export const requantizeShape = (params: RequantizeParams): RequantizeShape => {
  checkParams(params);
  const shiftWidth = unsignedWidth(BigInt(params.shiftMax - params.shiftMin));
  const shiftStages = chunks(
    Array.from({ length: shiftWidth }, (_, index) => shiftWidth - 1 - index),
    shiftLevelsPerStage,
  );
  const productCycles = productCyclesOf(params);
  const afterProduct = 1 + (params.pairs ? 1 : 0) + shiftStages.length;
  const finish = 3; // saturate, clamp, zero point
  return { shiftWidth, shiftStages, productCycles, latencyCycles: productCycles + afterProduct + finish };
};

const productCyclesOf = ({ multiplier, multiplierWidth, multiplierStages }: RequantizeParams): number => {
  if (multiplier === 'none') return 0;
  return multiplier === 'recoded' ? recodedProductCycles(multiplierWidth) : 1 + multiplierStages;
};

/** One cycle to recode, one per level of additions; a multiplier of one digit is registered all the same. */
const recodedProductCycles = (multiplierWidth: number): number =>
  1 + Math.max(1, treeLevels(digitCount(multiplierWidth)));

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  items.length === 0 ? [] : [items.slice(0, size), ...chunks(items.slice(size), size)];

const checkParams = (p: RequantizeParams): void => {
  const check = (name: keyof RequantizeParams, value: number, lo: number, hi: number): void =>
    requireInteger('requantize', name, value, lo, hi);
  check('accWidth', p.accWidth, 2, 64);
  check('multiplierWidth', p.multiplierWidth, 2, 64);
  check('addendWidth', p.addendWidth, 1, 128);
  check('sumWidth', p.sumWidth, 2, 128);
  check('shiftMin', p.shiftMin, 0, p.sumWidth - 1);
  check('shiftMax', p.shiftMax, p.shiftMin, p.sumWidth - 1);
  check('resultWidth', p.resultWidth, 2, 64);
  check('pairDepth', p.pairDepth ?? 1, 1, 1024);
  check('multiplierStages', p.multiplierStages, 1, 3);
  const widest = Math.max(p.accWidth, p.multiplierWidth);
  if ((p.multiplier ?? 'product') === 'product' && widest < 1 << p.multiplierStages)
    throw new UnitParameterError(
      'requantize',
      'multiplierStages',
      `is ${p.multiplierStages}, too many for ${p.accWidth} x ${p.multiplierWidth} bits`,
    );
};
