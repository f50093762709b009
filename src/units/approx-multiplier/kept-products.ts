/** Multipliers that leave partial products out: which are kept, what is added for the others, and their sum in hardware. */

import { type ModuleBuilder, type UInt } from '../../hdl/index.js';
import type { ApproxKind, Compensation } from './parameters.js';
import type { TableOperands } from './table.js';

/** The kinds that this file is about. */
export type KeptKind = Extract<
  ApproxKind,
  { readonly kind: 'exact' | 'truncated' | 'brokenArray' | 'droppedProducts' }
>;

export interface KeptProducts {
  /** rows[j] bit i: the partial product of bit i of a and bit j of b is kept. */
  readonly rows: readonly bigint[];
  readonly addend: bigint;
}

export const keptProducts = (kind: KeptKind, { aWidth, bWidth }: TableOperands): KeptProducts => {
  const kept = isKept(kind);
  const bits = (width: number): readonly number[] => Array.from({ length: width }, (_, index) => index);
  const rows = bits(bWidth).map((j) =>
    bits(aWidth).reduce((row, i) => (kept(i, j) ? row | (1n << BigInt(i)) : row), 0n),
  );
  const all = (1n << BigInt(aWidth)) - 1n;
  const droppedWeight = rows.reduce((sum, row, j) => sum + ((all ^ row) << BigInt(j)), 0n);
  const compensation = kind.kind === 'exact' ? undefined : kind.compensation;
  return { rows, addend: addendOf(compensation, droppedWeight) };
};

const isKept = (kind: KeptKind): ((i: number, j: number) => boolean) => {
  switch (kind.kind) {
    case 'exact':
      return () => true;
    case 'truncated':
      return (i, j) => i + j >= kind.columns;
    case 'brokenArray':
      return (i, j) => i + j >= kind.vertical && j >= kind.horizontal;
    case 'droppedProducts':
      return (i, j) => !kind.dropped.some(([a, b]) => a === i && b === j);
  }
};

/** Every partial product of uniform operands is 1 in a quarter of the cases; half of an integer rounds down. */
const addendOf = (compensation: Compensation | undefined, droppedWeight: bigint): bigint =>
  compensation === 'mean' ? (droppedWeight + 1n) / 4n : BigInt(compensation ?? 0);

/** addend + Σ kept partial products, as a balanced tree of row adders. */
export const drawKeptProducts = (
  m: ModuleBuilder,
  { rows, addend }: KeptProducts,
  a: UInt,
  b: UInt,
): UInt => {
  const terms = rows.flatMap((mask, j) => (mask === 0n ? [] : [b.bit(j).mux(maskedBy(a, mask), 0).shl(j)]));
  const zero = m.constant({ signed: false, width: 1 }, 0);
  const sum = addBalanced(terms) ?? zero;
  return addend === 0n ? sum : sum.add(addend);
};

const maskedBy = (a: UInt, mask: bigint): UInt => {
  const width = mask.toString(2).length;
  return a.bits(width - 1, 0).and(mask);
};

/** Balanced sum, undefined of nothing. */
export const addBalanced = (terms: readonly UInt[]): UInt | undefined => {
  const [first] = terms;
  if (first === undefined || terms.length === 1) return first;
  const half = terms.length >> 1;
  const [low, high] = [addBalanced(terms.slice(0, half)), addBalanced(terms.slice(half))];
  return low === undefined || high === undefined ? first : low.add(high);
};
