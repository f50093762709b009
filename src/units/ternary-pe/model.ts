import { signedWidth, typeRange } from '../../num/index.js';
import type { TernaryPeParams } from './unit.js';

export interface TernaryPeInputs {
  readonly psum: bigint;
  readonly act: bigint;
  /** 0 = 0, 1 = +1, 3 = -1. */
  readonly weight: bigint;
}

/** What `ternaryPe` puts out one cycle after its inputs. */
export const ternaryPeModel = (params: TernaryPeParams, { psum, act, weight }: TernaryPeInputs): bigint => {
  const exact = psum + (weight === 1n ? act : weight === 3n ? -act : 0n);
  const psumRange = typeRange(true, params.psumWidth);
  const greatest = typeRange(true, params.actWidth).lo;
  const exactWidth = signedWidth({ lo: psumRange.lo + greatest, hi: psumRange.hi - greatest });
  return BigInt.asIntN(params.resultWidth ?? exactWidth, exact);
};
