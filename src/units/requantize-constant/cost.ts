/** LUTs and registers of `requantizeConstant`, within a tenth of synthesis (test/requantizer-costs.test.ts). */
import { signedWidth, typeRange, type Range } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { canonicalDigits } from './digits.js';
import type { RequantizeConstantParams } from './unit.js';

type Family = 'ice40' | 'ecp5';

/** A partial sum: its low `zeros` bits are 0. No parts: the accumulator, shifted; one: a delay; two: an adder. */
interface Term {
  readonly width: number;
  readonly zeros: number;
  readonly negative: boolean;
  readonly parts: readonly Term[];
}

/**
 * A row of carry cells per adder, above the bits that pass it; on iCE40 complements of what is subtracted are LUTs. Bits that
 * no result needs have neither LUT nor register. Then exact ties, the zero point, and a choice per bit of the result.
 */
export const requantizeConstantCost = (params: RequantizeConstantParams, family: Family): UnitCost => {
  const { accWidth, resultWidth, scale } = params;
  const leaves = canonicalDigits(scale.multiplier).map(({ negative, position }): Term => {
    return { width: accWidth + position, zeros: position, negative, parts: [] };
  });
  const product = treeOf(leaves);
  const shift = Number(scale.shift);
  const addend = scale.addend + (shift === 0 ? 0n : 1n << (scale.shift - 1n));
  const sum = product === undefined ? { lo: addend, hi: addend } : sumRange(product, addend);
  const sumWidth = signedWidth(sum);
  // Ties look at every bit of the sum, halfUp only at those above the point.
  const needed = scale.rounding === 'halfUp' ? Math.min(shift, sumWidth - 1) : 0;
  const addendZeros = Math.min(needed, trailingZeros(addend));
  // Yosys keeps one of equal sums.
  const terms = new Map(product === undefined ? [] : termCosts(product, addendZeros, family));
  const tree = [...terms.values()].reduce(added, { luts: 0, registers: 0 });
  const complement = product?.negative === true && family === 'ice40' ? product.width : 0;
  const roundedWidth = Math.max(1, sumWidth - shift);
  const ending = endCost(params, roundedWidth, family);
  const shared = family === 'ice40' && product !== undefined && hasLeafDifference(product) ? accWidth : 0;
  return {
    luts: tree.luts + shared + complement + rowLuts(sumWidth, addendZeros, needed, family) + ending,
    registers: tree.registers + sumWidth - needed + roundedWidth + resultWidth,
  };
};

/** As the unit pairs them. */
const treeOf = (terms: readonly Term[]): Term | undefined => {
  if (terms.length <= 1) return terms[0];
  const next: Term[] = [];
  for (let i = 0; i < terms.length; i += 2) {
    const [a, b] = [terms[i], terms[i + 1]];
    if (a === undefined) continue;
    if (b === undefined) next.push({ ...a, parts: [a] });
    else
      next.push({
        width: Math.max(a.width, b.width) + 1,
        zeros: Math.min(a.zeros, b.zeros),
        negative: a.negative && b.negative,
        parts: [a, b],
      });
  }
  return treeOf(next);
};

/** Of the term and all below it, from the bit `needed` on, by `shapeOf`. */
const termCosts = (term: Term, needed: number, family: Family): readonly (readonly [string, UnitCost])[] => {
  const [a, b] = term.parts;
  if (a === undefined) return [];
  const registers = term.width - Math.max(term.zeros, needed);
  if (b === undefined) return [[shapeOf(term), { luts: 0, registers }], ...termCosts(a, needed, family)];
  const subtracted = a.negative === b.negative ? undefined : a.negative ? a : b;
  // Below its subtrahend, or the higher one of two addends, the other operand passes.
  const meet = subtracted?.zeros ?? Math.max(a.zeros, b.zeros);
  const isComplemented = family === 'ice40' && subtracted !== undefined && subtracted.parts.length > 0;
  const luts = rowLuts(term.width, meet, needed, family);
  const needs = (part: Term): number => (needed < meet ? Math.max(needed, part.zeros) : meet);
  return [
    [shapeOf(term), { luts, registers }],
    ...(isComplemented ? [complementCost(subtracted)] : []),
    ...[a, b].flatMap((part) => termCosts(part, needs(part), family)),
  ];
};

const complementCost = (term: Term): readonly [string, UnitCost] => [
  `~${shapeOf(term)}`,
  { luts: term.width - term.zeros, registers: 0 },
];

/** The same for sums of the same form, wherever they are shifted to. */
const shapeOf = ({ zeros, parts }: Term): string => {
  const [a] = parts;
  if (a === undefined) return 'acc';
  const inner = parts.map(
    (part) => `${part.negative === a.negative ? '' : '-'}${shapeOf(part)}<<${part.zeros - zeros}`,
  );
  return `(${inner.join(' + ')})`;
};

/** Leaves share the complement of the accumulator. */
const hasLeafDifference = ({ parts }: Term): boolean => {
  const [a, b] = parts;
  if (a !== undefined && b !== undefined && a.parts.length + b.parts.length === 0)
    return a.negative !== b.negative;
  return parts.some(hasLeafDifference);
};

/** Rounding, zero point and clamp of a value of `width` bits. */
const endCost = (
  { resultWidth, scale: { shift, rounding, zeroPoint, lo, hi } }: RequantizeConstantParams,
  width: number,
  family: Family,
): number => {
  const tie = rounding === 'halfUp' ? 0 : Math.ceil(Number(shift) / 3);
  // An odd number less 1 is its lowest bit cleared; away from zero the 1 is borrowed.
  const away = rounding === 'halfAwayFromZero' ? Math.ceil(width / 3) + rowLuts(width, 0, 0, family) : 0;
  const range = typeRange(true, width);
  const placed = { lo: range.lo + zeroPoint, hi: range.hi + zeroPoint };
  const placedWidth = signedWidth(placed);
  const place = zeroPoint === 0n ? 0 : rowLuts(placedWidth, 0, 0, family);
  // Less than 0 is the sign.
  const compare = (bound: bigint): number => {
    if (bound === 0n) return 0;
    return 1 + (family === 'ice40' ? 0 : rowLuts(placedWidth, trailingZeros(bound), 0, family));
  };
  const below = lo > placed.lo ? compare(lo) : 0;
  const above = hi < placed.hi ? compare(hi + 1n) : 0;
  return tie + away + place + below + above + resultWidth;
};

/** Bits from `meet` on; carries of bits that nobody needs take a place in ECP5's cells, which hold two, but no LUT of iCE40. */
const rowLuts = (width: number, meet: number, needed: number, family: Family): number =>
  family === 'ice40'
    ? Math.max(0, width - Math.max(meet, needed))
    : 2 * Math.ceil(Math.max(0, width - meet) / 2);

const sumRange = ({ width, negative }: Term, addend: bigint): Range => {
  const { lo, hi } = typeRange(true, width);
  return negative ? { lo: addend - hi, hi: addend - lo } : { lo: addend + lo, hi: addend + hi };
};

const trailingZeros = (value: bigint): number => {
  if (value === 0n) return 0;
  let zeros = 0;
  while (((value >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
};

const added = (a: UnitCost, b: UnitCost): UnitCost => ({
  luts: a.luts + b.luts,
  registers: a.registers + b.registers,
});
