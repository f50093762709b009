import { powerOfTwoWeight } from '../power-of-two-dot/code.js';
import { exactPeWidth, type PowerOfTwoPeParams } from './unit.js';

export interface PowerOfTwoPeInputs {
  readonly psum: bigint;
  readonly act: bigint;
  /** A code of `powerOfTwoCode`. */
  readonly weight: bigint;
}

/** What `powerOfTwoPe` puts out one cycle after its inputs. */
export const powerOfTwoPeModel = (
  params: PowerOfTwoPeParams,
  { psum, act, weight }: PowerOfTwoPeInputs,
): bigint =>
  BigInt.asIntN(
    params.resultWidth ?? exactPeWidth(params),
    psum + act * powerOfTwoWeight(weight, params.codeBits),
  );
