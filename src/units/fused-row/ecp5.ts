/** ECP5 carry cells that choose and add in one LUT per bit, which synthesis does not infer. */
import { bit as bitType, cat, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { ccu2c } from '../../cells/index.js';

/** Inputs B, C and D of one bit's LUT; its input A is the other addend. */
export interface FusedBit {
  readonly b: UInt;
  readonly c: UInt;
  readonly d: UInt;
  /** Default `signedTerm`. */
  readonly term?: TermFunction;
}

/** The term bit, a function of B, C and D; it must be 0 where C and D are: the carry is made from A and B alone then. */
export type TermFunction = (b: boolean, c: boolean, d: boolean) => boolean;

/** B, complemented by C, gated by D: select, negate and add in one row. */
export const signedTerm: TermFunction = (b, c, d) => b !== c && d;

/**
 * The low `width` bits of a + the number whose bit i is term(b_i, c_i, d_i): 2 * ceil(width / 2) LUTs. Instances are named
 * `<name>_<pair>`. `bit(i)` is asked for bits 0 .. width - 1. @throws RangeError for a term that is not 0 where C and D are.
 */
export const fusedRow = (
  m: ModuleBuilder,
  name: string,
  width: number,
  a: SInt,
  bit: (index: number) => FusedBit,
): SInt => {
  const zero = m.constant(bitType, 0);
  const nothing: FusedBit = { b: zero, c: zero, d: zero };
  const sums: UInt[] = [];
  let carry: UInt = zero;
  for (let low = 0; low < width; low += 2) {
    const first = bit(low);
    const second = low + 1 < width ? bit(low + 1) : nothing;
    const cell = ccu2c({ init0: truthTable(first.term), init1: truthTable(second.term) });
    const { S0, S1, COUT } = cell(`${name}_${low / 2}`, {
      CIN: carry,
      ...{ A0: bitOf(a, low), B0: first.b, C0: first.c, D0: first.d },
      ...{ A1: low + 1 < width ? bitOf(a, low + 1) : zero, B1: second.b, C1: second.c, D1: second.d },
    });
    carry = COUT;
    sums.push(S0, ...(low + 1 < width ? [S1] : []));
    if (low + 1 >= width) m.unused(S1);
    if (low + 2 >= width) m.unused(COUT);
  }
  const [top, ...rest] = sums.toReversed();
  if (top === undefined) throw new RangeError('a row has at least one bit');
  return cat(top, ...rest).asSint();
};

/** Bit `index` of a number of any width, its sign beyond its width. */
export const bitOf = (value: SInt, index: number): UInt => value.bit(Math.min(index, value.width - 1));

/** The cell's LUT: A ^ term, A the lowest bit of the index. */
const truthTable = (term: TermFunction = signedTerm): number => {
  let table = 0;
  for (let index = 0; index < 16; index++) {
    const [a, b, c, d] = [index & 1, index & 2, index & 4, index & 8].map((value) => value !== 0);
    const value = term(b === true, c === true, d === true);
    if (value && c !== true && d !== true) throw new RangeError('a fused term must be 0 where C and D are');
    if ((a === true) !== value) table |= 1 << index;
  }
  return table;
};
