import { powerOfTwoBits } from '../num/index.js';
import type { WeightFormat } from './ir.js';

/** How a layer's weights are stored. */
export interface WeightStorage {
  /** Of one weight: ternary 2, powers of two the bits of their codes (`powerOfTwoBits`), else its two's complement width. */
  readonly bits: number;
  /** All weights at that width. */
  readonly storageBits: number;
  /** Ternary: five weights to a byte (1.6 bits each), rounded up to whole bytes; else as stored. */
  readonly packedBits: number;
}

/** `weights` as integers (or powers of two before scaling), `bits` their two's complement width. */
export function weightStorage(format: WeightFormat, weights: ArrayLike<number>, bits: number): WeightStorage {
  const each = storedBits(format, weights, bits);
  const storageBits = weights.length * each;
  const packedBits = format === 'ternary' ? 8 * Math.ceil(weights.length / 5) : storageBits;
  return { bits: each, storageBits, packedBits };
}

function storedBits(format: WeightFormat, weights: ArrayLike<number>, bits: number): number {
  if (format === 'powerOfTwo') return powerOfTwoBits(Array.from(weights));
  return format === 'ternary' ? 2 : bits;
}
