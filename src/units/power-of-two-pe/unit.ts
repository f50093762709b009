/** One exact shift-and-add PE: psum ± act * 2^k or psum, registered. */

import { cat, component, sint, uint, type SInt } from '../../hdl/index.js';
import { signedWidth, typeRange } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { greatestExponent } from '../power-of-two-dot/code.js';
import { partsOf } from '../power-of-two-dot/term.js';

export interface PowerOfTwoPeParams {
  /** 1 to 64. */
  readonly actWidth: number;
  /** Bits of a weight's code, 2 to 5: 0 and ±2^0 … ±2^(2^(codeBits - 2) - 1). */
  readonly codeBits: number;
  /** Width of the partial sum that comes in, 1 to 128. */
  readonly psumWidth: number;
  /** Width of the partial sum that leaves; default: holds every result. A smaller one wraps. */
  readonly resultWidth?: number;
}

/**
 * result = psum + act * weight, weight as a code of `powerOfTwoCode`, one cycle later, exact. The +1 of the negation rides on
 * the adder's carry input. Free running, no reset. @throws UnitParameterError
 */
export const powerOfTwoPe = (params: PowerOfTwoPeParams) => {
  const { actWidth, codeBits, psumWidth } = params;
  requireInteger('powerOfTwoPe', 'actWidth', actWidth, 1, 64);
  requireInteger('powerOfTwoPe', 'codeBits', codeBits, 2, 5);
  requireInteger('powerOfTwoPe', 'psumWidth', psumWidth, 1, 128);
  const exactWidth = exactPeWidth(params);
  const resultWidth = params.resultWidth ?? exactWidth;
  requireInteger('powerOfTwoPe', 'resultWidth', resultWidth, 1, exactWidth);
  const unit = component(
    `power_of_two_pe_a${actWidth}_c${codeBits}_p${psumWidth}_r${resultWidth}`,
    {
      in: { psum: sint(psumWidth), act: sint(actWidth), weight: uint(codeBits) },
      out: { result: sint(resultWidth) },
      parameters: { actWidth, codeBits, psumWidth, resultWidth },
      latency: 1,
    },
    ({ psum, act, weight }, m) => {
      const { negative, zero, exponent } = partsOf(weight, false);
      // Zero first, complement last: LUTs of a two-input choice have one input to spare.
      const gated: SInt = zero.not().mux(act, 0);
      const shifted = exponent.reduce((value, bit, index) => bit.mux(value.shl(2 ** index), value), gated);
      const term = negative.mux(shifted.not(), shifted);
      // One more bit at the bottom, 1 + negative, makes the carry into the lowest bit of the sum.
      const sum = psum.shl(1).or(1).add(cat(term, negative).asSint()).shr(1);
      return { result: m.pipe('result_q', sum.wrap(resultWidth)) };
    },
  );
  return { component: unit, latencyCycles: 1, resultWidth };
};

/** psum ± act * 2^k: -act reaches 2^(actWidth-1), one more than act itself. */
export const exactPeWidth = ({ actWidth, codeBits, psumWidth }: PowerOfTwoPeParams): number => {
  const psum = typeRange(true, psumWidth);
  const greatest = 1n << BigInt(actWidth - 1 + greatestExponent(codeBits));
  return signedWidth({ lo: psum.lo - greatest, hi: psum.hi + greatest });
};
