/** The operand pairs of a search and what their products should be, in chunks that each are a fair sample of all. */

import { inputWords } from '../approx-netlist/evaluate.js';

/** Words of a chunk: 4,096 operand pairs. */
const chunkWords = 128;

/** Words of a vector register: chunks are whole vectors. */
const vectorWords = 4;

export interface Patterns {
  readonly words: number;
  readonly chunks: number;
  /** inputColumns[chunk][input]: that input bit, for every pair of the chunk. */
  readonly inputColumns: readonly (readonly Int32Array[])[];
  /** exactColumns[chunk][bit]: that bit of the exact product, with one more on top that extends the sign. */
  readonly exactColumns: readonly (readonly Int32Array[])[];
}

/**
 * Every pair of codes: bits of b are inputs 0 …, those of a follow. Chunks differ in the lowest bits of the operands alone, so
 * that a candidate that is far off is far off in every one of them.
 */
export const searchPatterns = (
  { aWidth, bWidth }: { readonly aWidth: number; readonly bWidth: number },
  exact: readonly number[],
  outputBits: number,
): Patterns => {
  const inputs = aWidth + bWidth;
  const words = Math.min(chunkWords, Math.max(vectorWords, 2 ** (inputs - 5)));
  const chunks = Math.max(1, 2 ** (inputs - 5) / words);
  const place = placesOfInputs(aWidth, bWidth);
  const numbers = Array.from({ length: chunks }, (_, chunk) => chunk);
  const inputColumns = numbers.map((chunk) => place.map((at) => inputWords(at, words, chunk * words)));
  const exactColumns = inputColumns.map((columns) => exactBits(columns, words, exact, outputBits));
  return { words, chunks, inputColumns, exactColumns };
};

/** place[input]: which bit of a pattern's number it is; the highest bits of both operands first. */
const placesOfInputs = (aWidth: number, bWidth: number): readonly number[] => {
  const significance = (input: number): number =>
    input < bWidth ? bWidth - 1 - input + 0.5 : aWidth - 1 - (input - bWidth);
  const order = Array.from({ length: aWidth + bWidth }, (_, input) => input).sort(
    (one, other) => significance(one) - significance(other),
  );
  return Array.from({ length: aWidth + bWidth }, (_, input) => order.indexOf(input));
};

const exactBits = (
  inputs: readonly Int32Array[],
  words: number,
  exact: readonly number[],
  outputBits: number,
): readonly Int32Array[] => {
  const bits = Array.from({ length: outputBits + 1 }, () => new Int32Array(words));
  // Fewer than seven inputs: their patterns repeat, which no mean or maximum feels.
  for (let at = 0; at < words * 32; at++) {
    const [word, place] = [at >> 5, at & 31];
    const code = inputs.reduce(
      (sum, column, bit) => sum + (((column[word] ?? 0) >>> place) & 1) * 2 ** bit,
      0,
    );
    const product = exact[code] ?? 0;
    bits.forEach((column, bit) => {
      if ((Math.floor(product / 2 ** bit) & 1) === 1) column[word] = (column[word] ?? 0) | (1 << place);
    });
  }
  return bits;
};
