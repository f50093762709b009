/** Signed weights on a multiplier of magnitudes, as product tables and their circuits agree on it. */

export interface SignedMagnitude {
  readonly magnitude: number;
  readonly negative: boolean;
}

/** The least weight, which symmetric quantizers never give, is taken as the greatest magnitude. */
export const signedMagnitude = (weight: number, magnitudeBits: number): SignedMagnitude => ({
  magnitude: Math.min(Math.abs(weight), 2 ** magnitudeBits - 1),
  negative: weight < 0,
});

/**
 * The product of magnitudes with the sign of the exact product; weight 0 gives 0 whatever the multiplier says.
 * `magnitudes`: entry |act| * 2^magnitudeBits + magnitude.
 */
export const signMagnitudeProduct = (
  magnitudes: ArrayLike<number>,
  magnitudeBits: number,
  act: number,
  weight: number,
): number => {
  if (weight === 0) return 0;
  const { magnitude, negative } = signedMagnitude(weight, magnitudeBits);
  const product = magnitudes[Math.abs(act) * 2 ** magnitudeBits + magnitude] ?? 0;
  return product !== 0 && negative !== act < 0 ? -product : product;
};
