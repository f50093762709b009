import { ternaryChainCodes } from './codes.js';

export interface TernaryChainInputs {
  readonly act: readonly bigint[];
  /** Codes of `ternaryChainCodes`, any two bits each. */
  readonly code: readonly bigint[];
}

/** What a `ternaryChain` puts out for one activation vector. */
export const ternaryChainModel = ({ act, code }: TernaryChainInputs): bigint =>
  act.reduce((partial, value, row) => {
    const [leaveOut, complement] = [isSet(code[row], 0n), isSet(code[row], 1n)];
    const sum = partial + (leaveOut ? 0n : value);
    // Row 0 is complemented before it is left out.
    return complement && !(row === 0 && leaveOut) ? ~sum : sum;
  }, 0n);

const isSet = (code: bigint | undefined, bit: bigint): boolean => (((code ?? 0n) >> bit) & 1n) === 1n;

/** Exact dot product less the chain's sum, for every activation vector: the sum of activations of 0, negated. */
export const ternaryChainCorrection = (weights: readonly bigint[]): bigint =>
  -ternaryChainModel({ act: weights.map(() => 0n), code: ternaryChainCodes(weights) });
