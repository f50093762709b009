/** Product tables: entry code(a) * 2^bWidth + code(b) is the product of the operands whose stored bits are those codes. */

import { unsignedWidth, signedWidth, typeRange, type Range } from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';

/** The operands of a product table. Codes are the stored bits, read as unsigned (two's complement where signed). */
export interface TableOperands {
  readonly aWidth: number;
  readonly bWidth: number;
  readonly aSigned?: boolean;
  readonly bSigned?: boolean;
}

/** Widest sum of operand widths for which a table is written out: 2^20 entries. */
export const maxTableAddressBits = 20;

/** Place of the product of two values in a table: the code of `a` above the code of `b`. */
export const productTableIndex = ({ aWidth, bWidth }: TableOperands, a: bigint, b: bigint): number =>
  Number((BigInt.asUintN(aWidth, a) << BigInt(bWidth)) | BigInt.asUintN(bWidth, b));

/** The values, in the order of their codes, that an operand of this type has. */
export const operandValues = (width: number, signed = false): readonly number[] => {
  const count = 2 ** width;
  return Array.from({ length: count }, (_, code) => (signed && code >= count / 2 ? code - count : code));
};

/** The table of a product function of two values. @throws UnitParameterError when it has more than 2^20 entries. */
export const tableOf = (
  operands: TableOperands,
  product: (a: number, b: number) => number,
): readonly number[] => {
  requireTableWidths('productTable', operands);
  const second = operandValues(operands.bWidth, operands.bSigned);
  return operandValues(operands.aWidth, operands.aSigned).flatMap((a) =>
    // 0 * -1 is -0, which no integer is.
    second.map((b) => product(a, b) + 0),
  );
};

/** The table of the exact product. */
export const exactTable = (operands: TableOperands): readonly number[] => tableOf(operands, (a, b) => a * b);

const requireTableWidths = (unit: string, { aWidth, bWidth }: TableOperands): void => {
  requireInteger(unit, 'aWidth', aWidth, 1, maxTableAddressBits - 1);
  requireInteger(unit, 'bWidth', bWidth, 1, maxTableAddressBits - 1);
  requireInteger(unit, 'aWidth + bWidth', aWidth + bWidth, 2, maxTableAddressBits);
};

/** @throws UnitParameterError when the table has another size, or an entry (named by row and column) no product can be. */
export const requireTable = (unit: string, operands: TableOperands, table: readonly number[]): void => {
  requireTableWidths(unit, operands);
  const { aWidth, bWidth } = operands;
  const [rows, columns] = [2 ** aWidth, 2 ** bWidth];
  if (table.length !== rows * columns) {
    throw new UnitParameterError(
      unit,
      'table',
      `has ${table.length} entries; ${rows} rows (codes of a) of ${columns} columns (codes of b) need ${rows * columns}`,
    );
  }
  const at = table.findIndex((entry) => !Number.isInteger(entry) || Math.abs(entry) >= 2 ** 31);
  if (at >= 0) {
    throw new UnitParameterError(
      unit,
      'table',
      `has ${table[at] ?? 'nothing'} at row ${Math.floor(at / columns)}, column ${at % columns}; entries are integers of less than 32 bits`,
    );
  }
};

/** Least and greatest entry. */
export const tableRange = (table: readonly number[]): Range => {
  let [lo, hi] = [table[0] ?? 0, table[0] ?? 0];
  for (const entry of table) {
    if (entry < lo) lo = entry;
    if (entry > hi) hi = entry;
  }
  return { lo: BigInt(lo), hi: BigInt(hi) };
};

/** Type of a product: the narrowest that holds `range`; signed where an operand is or a product is negative. */
export interface ProductType {
  readonly signed: boolean;
  readonly width: number;
}

export const productTypeOf = (
  { aSigned = false, bSigned = false }: TableOperands,
  range: Range,
): ProductType => {
  const signed = aSigned || bSigned || range.lo < 0n;
  return { signed, width: signed ? signedWidth(range) : unsignedWidth(range.hi) };
};

/** Range of every value that a product of this type can have. */
export const rangeOfType = ({ signed, width }: ProductType): Range => typeRange(signed, width);
