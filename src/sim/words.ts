/** Values as little-endian 32-bit words, the format of the Verilator harnesses. */

import type { ScalarType } from '../hdl/index.js';

export const wordsOf = (width: number): number => Math.ceil(width / 32);

/** Writes the pattern of `value` and returns the next index. */
export function putWords(words: Uint32Array, at: number, value: number | bigint, width: number): number {
  const count = wordsOf(width);
  if (count === 1 && typeof value === 'number') {
    words[at] = width === 32 ? value : value & (2 ** width - 1);
    return at + 1;
  }
  let rest = BigInt.asUintN(width, BigInt(value));
  for (let i = 0; i < count; i++) {
    words[at + i] = Number(rest & 0xffffffffn);
    rest >>= 32n;
  }
  return at + count;
}

export function getWords(words: Uint32Array, at: number, { signed, width }: ScalarType): bigint {
  let value = 0n;
  for (let i = wordsOf(width) - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[at + i] ?? 0);
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}
