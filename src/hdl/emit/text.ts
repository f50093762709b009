/** Verilog expression text together with what Verilog's width and sign rules will make of it. */
import { constantText } from './constant.js';

/** Binding strength, as in Verilog; a weaker operand is put in parentheses. */
export const rank = {
  conditional: 0,
  or: 1,
  xor: 2,
  and: 3,
  equality: 4,
  relation: 5,
  shift: 6,
  sum: 7,
  product: 8,
  unary: 9,
  primary: 10,
} as const;
export type Rank = (typeof rank)[keyof typeof rank];

/**
 * - `atom`: names, constants, concatenations, comparisons …: its width is its own, a wider context only extends it.
 * - `closed`: an operator expression whose own width is `width`; a wider context would compute it wider.
 * - `open`: an operator expression that is narrower on its own and relies on a context of exactly `width` bits.
 */
export type Form = 'atom' | 'closed' | 'open';

export interface Text {
  readonly text: string;
  readonly rank: Rank;
  readonly width: number;
  /** The Verilog type of the text. */
  readonly signed: boolean;
  readonly form: Form;
  /** The value is right only where the context has this signedness (something inside is extended or shifted by it). */
  readonly signBound: boolean;
  /** What to call a wire that holds it. */
  readonly suffix: string;
  /** The text is a constant and can be printed with either signedness. */
  readonly constant?: bigint;
  /** The text is a concatenation of these. */
  readonly parts?: readonly string[];
}

export const atom = (text: string, width: number, signed: boolean, suffix = 'bits'): Text => ({
  text,
  rank: rank.primary,
  width,
  signed,
  form: 'atom',
  signBound: false,
  suffix,
});

export function constant(value: bigint, width: number, signed: boolean): Text {
  const text = constantText(value, width, signed);
  const strength = text.startsWith('-') ? rank.unary : rank.primary;
  return { ...atom(text, width, signed, 'constant'), rank: strength, constant: BigInt.asUintN(width, value) };
}

/** `{a, b}` of texts that are not open; nested concatenations are flattened. */
export function concatenation(texts: readonly Text[]): Text {
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return only;
  const parts = texts.flatMap((part) => part.parts ?? [asPart(part)]);
  const width = texts.reduce((sum, part) => sum + part.width, 0);
  return { ...atom(`{${parts.join(', ')}}`, width, false), parts };
}

const asPart = (part: Text): string =>
  part.constant === undefined ? part.text : constantText(part.constant, part.width, false);

/** In parentheses unless it binds at least as strongly as `strength`. */
export const guarded = (text: Text, strength: Rank): string =>
  text.rank >= strength ? text.text : `(${text.text})`;

/** A text that is not open, as an atom of the wanted signedness. */
export function isolated(text: Text, signed: boolean): Text {
  if (text.constant !== undefined) return constant(text.constant, text.width, signed);
  if (text.form === 'atom' && text.signed === signed) return text;
  return atom(`${signed ? '$signed' : '$unsigned'}(${text.text})`, text.width, signed, text.suffix);
}
