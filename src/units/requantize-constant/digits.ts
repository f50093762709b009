/** A power of two of a constant. */
export interface SignedDigit {
  readonly negative: boolean;
  readonly position: number;
}

/** Canonical signed digits, low first: no two neighbours, and no other binary digits are fewer (Reitwiesner 1960). */
export const canonicalDigits = (value: bigint): readonly SignedDigit[] => {
  const magnitude = value < 0n ? -value : value;
  const half = magnitude >> 1n;
  const sum = magnitude + half;
  const digits: SignedDigit[] = [];
  for (let position = 0; sum >> BigInt(position) > 0n; position++) {
    const [plus, minus] = [sum, half].map((bits) => ((bits >> BigInt(position)) & 1n) === 1n);
    if (plus !== minus) digits.push({ negative: minus === value > 0n, position });
  }
  return digits;
};
