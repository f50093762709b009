/** One exact ternary PE: psum + act, psum - act or psum, registered. */

import { cat, component, sint, uint } from '../../hdl/index.js';
import { signedWidth, typeRange } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { ternaryTerm } from '../ternary-dot/unit.js';

export interface TernaryPeParams {
  readonly actWidth: number;
  /** Width of the partial sum that comes in. */
  readonly psumWidth: number;
  /** Width of the partial sum that leaves; default: holds every result. A smaller one wraps. */
  readonly resultWidth?: number;
}

/**
 * result = psum + act * weight with weight codes 0 = 0, 1 = +1, 3 = -1 (code 2 must not occur), one cycle later, exact. The
 * +1 of the negation rides on the adder's carry input. Free running, no reset. @throws UnitParameterError
 */
export const ternaryPe = (params: TernaryPeParams) => {
  const { actWidth, psumWidth } = params;
  requireInteger('ternaryPe', 'actWidth', actWidth, 1, 64);
  requireInteger('ternaryPe', 'psumWidth', psumWidth, 1, 128);
  const exactWidth = exactPeWidth(actWidth, psumWidth);
  const resultWidth = params.resultWidth ?? exactWidth;
  requireInteger('ternaryPe', 'resultWidth', resultWidth, 1, exactWidth);
  const unit = component(
    `ternary_pe_a${actWidth}_p${psumWidth}_r${resultWidth}`,
    {
      in: { psum: sint(psumWidth), act: sint(actWidth), weight: uint(2) },
      out: { result: sint(resultWidth) },
      parameters: { actWidth, psumWidth, resultWidth },
      latency: 1,
    },
    ({ psum, act, weight }, m) => {
      const term = ternaryTerm(act, weight);
      // One more bit at the bottom, 1 + negative, makes the carry into the lowest bit of the sum.
      const psumCarry = psum.shl(1).or(1);
      const termCarry = cat(term, weight.bit(1)).asSint();
      return { result: m.pipe('result_q', psumCarry.add(termCarry).shr(1).wrap(resultWidth)) };
    },
  );
  return { component: unit, latencyCycles: 1, resultWidth };
};

/** psum ± act: -act reaches 2^(actWidth-1), one more than act itself. */
const exactPeWidth = (actWidth: number, psumWidth: number): number => {
  const psum = typeRange(true, psumWidth);
  const act = typeRange(true, actWidth);
  return signedWidth({ lo: psum.lo + act.lo, hi: psum.hi - act.lo });
};
