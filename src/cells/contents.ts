/** Initial contents of block RAM as the parameters of its cell. */
import { createHash } from 'node:crypto';
import { CellSettingError } from './errors.js';

/** Words from address 0 on; a short array continues with zeros. */
export type Contents = readonly (number | bigint)[];

/** What the words look like to the cell. */
export interface Layout {
  readonly cell: string;
  readonly words: number;
  readonly width: number;
  /** Place of a bit of a word among all bits of the cell. */
  readonly place: (address: number, bit: number) => number;
}

/**
 * `count` parameters of `bits` bits each, the first with the lowest places, as Verilog literals.
 * @throws CellSettingError when there are too many words, or one does not fit.
 */
export function contentParameters(
  init: Contents,
  { cell, words, width, place }: Layout,
  { bits, names }: { readonly bits: number; readonly names: readonly string[] },
): Readonly<Record<string, string>> {
  if (init.length > words) throw new CellSettingError(cell, 'init', `has ${init.length} words for ${words}`);
  const values = names.map(() => 0n);
  init.forEach((word, address) => {
    const value = BigInt(word);
    if (value < 0n || value >> BigInt(width) !== 0n)
      throw new CellSettingError(cell, 'init', `has ${word} at ${address}, which is no ${width}-bit word`);
    for (let bit = 0; bit < width; bit++) {
      if (((value >> BigInt(bit)) & 1n) === 0n) continue;
      const at = place(address, bit);
      const index = Math.floor(at / bits);
      values[index] = (values[index] ?? 0n) | (1n << BigInt(at % bits));
    }
  });
  return Object.fromEntries(
    names.map((name, i) => [name, `${bits}'h${(values[i] ?? 0n).toString(16).padStart(bits / 4, '0')}`]),
  );
}

/** Hexadecimal digits in capitals, as vendors number their parameters. */
export const numbered = (prefix: string, count: number, digits: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i.toString(16).toUpperCase().padStart(digits, '0')}`);

/** What tells the modules of two contents apart: nothing without contents, else `_` and eight digits of a hash. */
export const contentSuffix = (init: Contents | undefined): string =>
  init === undefined ? '' : `_${createHash('sha256').update(init.join()).digest('hex').slice(0, 8)}`;
