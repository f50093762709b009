/** Integers as sums of powers of two with digits -1, 0 and 1: one plane of digits per power. */

export type SignedDigit = -1 | 0 | 1;

/**
 * Planes of digits, most significant first: `weights[i]` is Σ 2^p t_p[i] over the planes, p counting down to 0. `count`
 * planes, by default as few as the largest magnitude allows (none for zeros), then as few non-zero digits as fit them.
 * @throws RangeError when a weight is no safe integer or does not fit `count` planes.
 */
export const signedDigitPlanes = (
  weights: readonly number[],
  count = planesNeeded(weights),
): readonly (readonly SignedDigit[])[] => {
  if (!Number.isInteger(count) || count < planesNeeded(weights))
    throw new RangeError(`the weights need ${planesNeeded(weights)} planes of digits, not ${count}`);
  const digits = weights.map((weight) => fewestDigits(weight, count));
  return Array.from({ length: count }, (_, plane) => digits.map((own) => own[count - 1 - plane] ?? 0));
};

const planesNeeded = (weights: readonly number[]): number => Math.max(0, ...weights.map(magnitudeBits));

const magnitudeBits = (weight: number, index: number): number => {
  if (!Number.isSafeInteger(weight)) throw new RangeError(`weight ${index} is no safe integer: ${weight}`);
  return weight === 0 ? 0 : Math.abs(weight).toString(2).length;
};

/** The digits of `weight` from the lowest: a digit that a zero can follow, except where that leaves more than fits above. */
const fewestDigits = (weight: number, count: number): readonly SignedDigit[] => {
  const digits: SignedDigit[] = [];
  let rest = weight;
  for (let left = count - 1; left >= 0; left--) {
    const digit = lowestDigit(rest, left);
    digits.push(digit);
    rest = (rest - digit) / 2;
  }
  return digits;
};

/** `left`: the number of digits above this one, which hold magnitudes below 2^left. */
const lowestDigit = (rest: number, left: number): SignedDigit => {
  if (rest % 2 === 0) return 0;
  const towardsZero = rest > 0 ? 1 : -1;
  const zeroFollows = ((rest - towardsZero) / 2) % 2 === 0;
  if (zeroFollows || Math.abs(rest) === 2 ** (left + 1) - 1) return towardsZero;
  return towardsZero === 1 ? -1 : 1;
};
