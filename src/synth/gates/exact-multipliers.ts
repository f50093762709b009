/** Forms of the exact product, of which the smallest in a library is what approximate multipliers are measured against. */

import { cat, component, sint, uint, type Design, type UInt } from '../../hdl/index.js';
import {
  mapAllToGates,
  verilogOf,
  type GateMapping,
  type GateMappingOptions,
  type VerilogText,
} from './mapping.js';

export interface ExactMultiplier {
  /** 1 to 64 each. */
  readonly aWidth: number;
  readonly bWidth: number;
  /** Operands (ports a and b) and product (port product) are two's complement. Default false. */
  readonly signed?: boolean;
}

/** The smallest mapping of three forms: Yosys' own multiplier, the same with Booth recoding, and full adders column by column. */
export async function smallestExact(
  multiplier: ExactMultiplier,
  options: GateMappingOptions,
): Promise<GateMapping> {
  const mappings = await mapAllToGates(exactForms(multiplier), options);
  return mappings.reduce((best, mapping) => (mapping.area < best.area ? mapping : best));
}

export function exactForms(multiplier: ExactMultiplier): readonly (Design | VerilogText)[] {
  const operator = operatorForm(multiplier);
  return [operator, { ...verilogOf(operator), booth: true }, columnForm(multiplier)];
}

/** `a * b`, left to synthesis. */
export function operatorForm({ aWidth, bWidth, signed = false }: ExactMultiplier): Design {
  const name = formName('operator', { aWidth, bWidth, signed });
  if (signed)
    return component(
      name,
      { in: { a: sint(aWidth), b: sint(bWidth) }, out: { product: sint(aWidth + bWidth) } },
      ({ a, b }) => ({ product: a.mul(b) }),
    ).design;
  return component(
    name,
    { in: { a: uint(aWidth), b: uint(bWidth) }, out: { product: uint(aWidth + bWidth) } },
    ({ a, b }) => ({ product: a.mul(b) }),
  ).design;
}

/**
 * Bit products of equal weight are added by full adders until one is left, carries going to the next column: as few adders
 * as there can be. Signed operands by Baugh and Wooley: products with one sign bit are inverted, and constants added.
 */
export function columnForm({ aWidth, bWidth, signed = false }: ExactMultiplier): Design {
  const shape = signed ? sint : uint;
  return component(
    formName('columns', { aWidth, bWidth, signed }),
    { in: { a: shape(aWidth), b: shape(bWidth) }, out: { product: uint(aWidth + bWidth) } },
    ({ a, b }, m) => {
      const columns: UInt[][] = Array.from({ length: aWidth + bWidth }, () => []);
      const one = m.constant(uint(1), 1);
      for (let i = 0; i < aWidth; i++)
        for (let j = 0; j < bWidth; j++) {
          const bit = a.bit(i).and(b.bit(j));
          const isNegative = signed && (i === aWidth - 1) !== (j === bWidth - 1);
          columns[i + j]?.push(isNegative ? bit.not() : bit);
        }
      if (signed)
        for (const weight of [aWidth - 1, bWidth - 1, aWidth + bWidth - 1]) columns[weight]?.push(one);
      const sums = columns.map((column, weight) => addColumn(column, columns[weight + 1] ?? []));
      const [low = one, ...others] = sums.map((sum) => sum ?? m.constant(uint(1), 0));
      const [high = low, ...rest] = [low, ...others].reverse();
      return { product: cat(high, ...rest) };
    },
  ).design;
}

/** The sum bit of a column; its carries go to `next`. Oldest bits first, which keeps the depth of the tree low. */
function addColumn(column: UInt[], next: UInt[]): UInt | undefined {
  while (column.length > 1) {
    const [x, y, z] = column.splice(0, 3);
    if (x === undefined || y === undefined) break;
    const half = x.xor(y);
    column.push(z === undefined ? half : half.xor(z));
    next.push(z === undefined ? x.and(y) : x.and(y).or(half.and(z)));
  }
  return column[0];
}

const formName = (form: string, { aWidth, bWidth, signed = false }: ExactMultiplier): string =>
  `exact_${String(aWidth)}x${String(bWidth)}_${signed ? 'signed' : 'unsigned'}_${form}`;
