/**
 * A small seeded generator of uniform random numbers: the same seed gives the same numbers on every machine, for ever.
 * Nothing here is fit for cryptography.
 */

export interface Random {
  /** 32 uniform bits, 0 .. 2^32 - 1. */
  uint32(): number;
  /** Uniform in [0, 1), a multiple of 2^-32. */
  unit(): number;
  /** Uniform in [lo, hi), real. */
  between(lo: number, hi: number): number;
  /** Uniform integer lo .. hi, both included; hi - lo < 2^32. Throws RangeError on an empty or too wide range. */
  integer(lo: number, hi: number): number;
  /** True with this probability (0 .. 1). */
  chance(probability: number): boolean;
}

/** A generator started from any integer; neighbouring seeds give unrelated sequences. */
export function createRandom(seed: number): Random {
  const next = splitMix32(seed);
  return randomFromState([next(), next(), next(), next()]);
}

/**
 * xoshiro128** of Blackman and Vigna (prng.di.unimi.it), period 2^128 - 1, from an explicit state of four 32-bit words.
 * Throws RangeError when all four are 0, the one state the generator never leaves.
 */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [s0, s1, s2, s3] = state;
  if ((s0 | s1 | s2 | s3) === 0) throw new RangeError('random: the state must not be all zeros');

  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return result;
  };
  const unit = (): number => uint32() / 2 ** 32;
  const integer = (lo: number, hi: number): number => {
    const count = hi - lo + 1;
    if (!Number.isInteger(lo) || !Number.isInteger(hi) || count < 1 || count > 2 ** 32) {
      throw new RangeError(`random: no integers from ${lo} to ${hi}`);
    }
    // Draws above the greatest multiple of `count` would favour small results, so they are drawn again.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let draw = uint32();
    while (draw >= limit) draw = uint32();
    return lo + (draw % count);
  };
  return {
    uint32,
    unit,
    between: (lo, hi) => lo + (hi - lo) * unit(),
    integer,
    chance: (probability) => unit() < probability,
  };
}

function rotateLeft(word: number, distance: number): number {
  return (word << distance) | (word >>> (32 - distance));
}

/** Spreads one integer over many words: the seeding that the authors of xoshiro recommend. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}
