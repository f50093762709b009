import { ternaryChainCodes, type ChainTarget } from './codes.js';

export interface TernaryChainInputs {
  readonly act: readonly bigint[];
  /** Codes of `ternaryChainCodes`, any two bits each. */
  readonly code: readonly bigint[];
}

/** What a `ternaryChain` puts out for one activation vector. */
export const ternaryChainModel = (
  { target }: { readonly target: ChainTarget },
  { act, code }: TernaryChainInputs,
): bigint => (target === 'ice40' ? turned : relative)(act, code);

const turned = (act: readonly bigint[], code: readonly bigint[]): bigint =>
  act.reduce((partial, value, row) => {
    const sum = partial + (isSet(code[row], 0n) ? 0n : value);
    // Row 0 is complemented before it is left out.
    const complement = isSet(code[row], 1n) && !(row === 0 && isSet(code[row], 0n));
    return complement ? ~sum : sum;
  }, 0n);

const relative = (act: readonly bigint[], code: readonly bigint[]): bigint =>
  act.reduce((partial, value, row) => {
    if (row === 0) return isSet(code[0], 0n) ? 0n : value;
    if (!isSet(code[row], 0n)) return partial;
    return partial + (isSet(code[row], 1n) ? ~value : value);
  }, 0n);

const isSet = (code: bigint | undefined, bit: bigint): boolean => (((code ?? 0n) >> bit) & 1n) === 1n;

/** The sum of a column with these weights: the chain's output, complemented where the sign of row 0 says so (ECP5). */
export const ternaryChainSum = (
  target: ChainTarget,
  weights: readonly bigint[],
  act: readonly bigint[],
): bigint => {
  const code = ternaryChainCodes(target, weights);
  const sum = ternaryChainModel({ target }, { act, code });
  return target === 'ecp5' && isSet(code[0], 1n) ? ~sum : sum;
};

/** Exact dot product less `ternaryChainSum`, for every activation vector: what the sum shows for activations of 0, negated. */
export const ternaryChainCorrection = (target: ChainTarget, weights: readonly bigint[]): bigint =>
  -ternaryChainSum(
    target,
    weights,
    weights.map(() => 0n),
  );
