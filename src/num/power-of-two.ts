/** Storage of weights that are 0 or ±2^k. */

/**
 * Bits of a code for such weights: one code for each sign of each exponent from the least to the greatest in use, and one for zero
 * (INQ, section 2.2). 1 where all are 0.
 */
export const powerOfTwoBits = (weights: Iterable<number>): number => {
  let [least, greatest] = [Infinity, 0];
  for (const weight of weights) {
    const magnitude = Math.abs(weight);
    if (magnitude === 0) continue;
    least = Math.min(least, magnitude);
    greatest = Math.max(greatest, magnitude);
  }
  if (greatest === 0) return 1;
  const exponents = Math.log2(greatest / least) + 1;
  return Math.ceil(Math.log2(2 * exponents + 1));
};
