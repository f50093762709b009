/** Value ranges of integers and the widths that hold them. */

export interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Bits of |x|'s binary form; 0 for 0. */
export const bitLength = (x: bigint): number => (x === 0n ? 0 : (x < 0n ? -x : x).toString(2).length);

/** Smallest width (>= 1) of an unsigned type that holds 0..hi. */
export const unsignedWidth = (hi: bigint): number => Math.max(1, bitLength(hi));

/** Smallest width (>= 1) of a two's complement type that holds lo..hi. */
export const signedWidth = ({ lo, hi }: Range): number =>
  1 + Math.max(bitLength(hi < 0n ? 0n : hi), lo < 0n ? bitLength(-lo - 1n) : 0);

/** Every value of a type. */
export const typeRange = (signed: boolean, width: number): Range =>
  (signed ? SIGNED_RANGES : UNSIGNED_RANGES)[width] ?? computedRange(signed, width);

const computedRange = (signed: boolean, width: number): Range =>
  signed
    ? { lo: -(1n << BigInt(width - 1)), hi: (1n << BigInt(width - 1)) - 1n }
    : { lo: 0n, hi: (1n << BigInt(width)) - 1n };

/** The common ones by width: elaboration asks for one per port of every instance. */
const widthsBelow = (count: number): readonly number[] => Array.from({ length: count - 1 }, (_, i) => i + 1);
const tableOf = (signed: boolean): readonly (Range | undefined)[] => [
  undefined,
  ...widthsBelow(65).map((width) => Object.freeze(computedRange(signed, width))),
];
const SIGNED_RANGES = tableOf(true);
const UNSIGNED_RANGES = tableOf(false);

export const contains = (outer: Range, inner: Range): boolean => outer.lo <= inner.lo && inner.hi <= outer.hi;

/** The low `width` bits of `value`, read as two's complement when `signed`. */
export const wrapTo = (value: bigint, signed: boolean, width: number): bigint =>
  signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);

export const minOf = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));
export const maxOf = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a));
