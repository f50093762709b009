/** Netlists to start a search from: array multipliers of which some partial products are kept, made of adder cells. */

import { type GateLetter, type Netlist } from '../approx-netlist/netlist.js';
import type { KeptProducts } from '../approx-multiplier/kept-products.js';

type Letter = 'a' | 'o' | 'x' | 'A' | 'n';

/** Grows a netlist gate by gate; a gate with a constant or repeated input becomes what it amounts to. */
interface Builder {
  readonly gate: (letter: Letter, p: number, q?: number) => number;
  readonly finish: (outputs: readonly number[]) => Netlist;
}

const netlistBuilder = (inputs: number): Builder => {
  const letters: GateLetter[] = [];
  const [ps, qs]: [number[], number[]] = [[], []];
  const add = (letter: GateLetter, p: number, q: number): number => {
    letters.push(letter);
    ps.push(p);
    qs.push(q);
    return inputs + 1 + letters.length;
  };
  const gate = (letter: Letter, p: number, q = 0): number => {
    if (letter === 'n') return p < 2 ? 1 - p : add('n', p, 0);
    if (letter === 'A' && p > 1 && q > 1 && p !== q) return add('A', p, q);
    if (letter === 'A') return gate('n', gate('a', p, q));
    const [low, high] = p < q ? [p, q] : [q, p];
    if (low === high) return letter === 'x' ? 0 : low;
    if (low === 0) return letter === 'a' ? 0 : high;
    if (low === 1) return letter === 'a' ? high : letter === 'o' ? 1 : gate('n', high);
    return add(letter, p, q);
  };
  const finish = (outputs: readonly number[]): Netlist => ({
    inputs,
    functions: letters.join(''),
    p: ps,
    q: qs,
    outputs,
  });
  return { gate, finish };
};

/** How the columns are added: in order of arrival (a tree), or always the two oldest and the carry (an array). */
export type Reduction = 'tree' | 'array';

/**
 * addend + Σ kept partial products of unsigned operands, in columns of full and half adders; the result wraps to
 * aWidth + bWidth bits.
 */
export const arrayMultiplier = (
  kept: KeptProducts,
  { aWidth, bWidth }: { readonly aWidth: number; readonly bWidth: number },
  reduction: Reduction = 'tree',
): Netlist => {
  const builder = netlistBuilder(aWidth + bWidth);
  const width = aWidth + bWidth;
  const columns: number[][] = Array.from({ length: width + 1 }, () => []);
  kept.rows.forEach((row, j) => {
    for (let i = 0; i < aWidth; i++)
      if (((row >> BigInt(i)) & 1n) === 1n) columns[i + j]?.push(builder.gate('a', 2 + bWidth + i, 2 + j));
  });
  for (let column = 0; column < width; column++)
    if (((kept.addend >> BigInt(column)) & 1n) === 1n) columns[column]?.push(1);
  return builder.finish(addColumns(builder, columns, width, reduction));
};

/**
 * Signed operands (two's complement, both), by Baugh and Wooley: products of one sign bit are inverted, with constants that
 * make up for it.
 */
export const signedArrayMultiplier = (aWidth: number, bWidth: number): Netlist => {
  const builder = netlistBuilder(aWidth + bWidth);
  const width = aWidth + bWidth;
  const columns: number[][] = Array.from({ length: width + 1 }, () => []);
  for (let j = 0; j < bWidth; j++)
    for (let i = 0; i < aWidth; i++) {
      const product = builder.gate('a', 2 + bWidth + i, 2 + j);
      const inverted = (i === aWidth - 1) !== (j === bWidth - 1);
      columns[i + j]?.push(inverted ? builder.gate('n', product) : product);
    }
  // - 2^(aWidth - 1) · Σ … = inverted products + 2^(aWidth - 1) + 2^(bWidth - 1) + 2^(width - 1), modulo 2^width
  for (const column of [aWidth - 1, bWidth - 1, width - 1]) columns[column]?.push(1);
  return builder.finish(addColumns(builder, columns, width, 'tree'));
};

/** One signal per column, lowest first; what carries out of `width` columns is lost. */
const addColumns = (
  builder: Builder,
  columns: readonly number[][],
  width: number,
  reduction: Reduction,
): readonly number[] =>
  Array.from({ length: width }, (_, index) => {
    const column = columns[index] ?? [];
    while (column.length > 1) {
      const { sum, carry } = adder(builder, column.splice(0, Math.min(3, column.length)));
      if (reduction === 'tree') column.push(sum);
      else column.unshift(sum);
      columns[index + 1]?.push(carry);
    }
    return column[0] ?? 0;
  });

/** A full adder of two exclusive ors and three NANDs; with a constant (or two signals only) what is left of it. */
const adder = ({ gate }: Builder, inputs: readonly number[]): { sum: number; carry: number } => {
  // Constants are signals 0 and 1: they come last.
  const [p = 0, q = 0, r = 0] = [...inputs].sort((one, other) => other - one);
  const half = gate('x', p, q);
  const sum = gate('x', half, r);
  if (r < 2) return { sum, carry: gate(r === 0 ? 'a' : 'o', p, q) };
  return { sum, carry: gate('A', gate('A', p, q), gate('A', half, r)) };
};
