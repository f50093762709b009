/** Arbitrary integers for unit tests: random over the whole type, with the extremes often. */

import fc from 'fast-check';
import { typeRange } from '../../num/index.js';

const around = (lo: bigint, hi: bigint, candidates: readonly bigint[]): readonly bigint[] =>
  candidates.filter((value) => lo <= value && value <= hi);

/** Any integer of lo..hi; the ends and the neighbourhood of 0 come up in about half of the cases. */
export const integerIn = (lo: bigint, hi: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt({ min: lo, max: hi }),
    fc.constantFrom(lo, hi, ...around(lo, hi, [lo + 1n, hi - 1n, -1n, 0n, 1n])),
  );

export const sintValue = (width: number): fc.Arbitrary<bigint> => {
  const { lo, hi } = typeRange(true, width);
  return integerIn(lo, hi);
};

export const uintValue = (width: number): fc.Arbitrary<bigint> => integerIn(0n, typeRange(false, width).hi);

/** Weight codes of the ternary units. */
export const tritCode: fc.Arbitrary<bigint> = fc.constantFrom(0n, 1n, 3n);

/** Exactly `length` items. */
export const listOf = <T>(item: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength: length, maxLength: length, size: 'max' });
