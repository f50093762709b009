/** The function of every approximate multiplier, exactly: what the hardware of unit.ts gives, for operands of any width. */

import { bitLength } from '../../num/index.js';
import { evaluateAt, truthTable } from '../approx-netlist/evaluate.js';
import { keptProducts } from './kept-products.js';
import {
  isDirect,
  quartersOf,
  requireApproxMultiplier,
  type ApproxKind,
  type ApproxMultiplierParams,
} from './parameters.js';
import { productTableIndex, tableOf, type TableOperands } from './table.js';

/** Operands in their types' ranges. */
export interface ApproxMultiplierInputs {
  readonly a: bigint;
  readonly b: bigint;
}

/**
 * The approximate product that `approxMultiplier` puts out. Signed operands multiply by magnitude, the sign of the result is
 * that of the exact product (tables and netlists give the signed product themselves). @throws UnitParameterError
 */
export const approxMultiplierModel = (
  params: ApproxMultiplierParams,
  { a, b }: ApproxMultiplierInputs,
): bigint => {
  requireApproxMultiplier(params);
  return productOf(params, a, b);
};

/**
 * The table of every product: entry code(a) * 2^bWidth + code(b), codes being the stored bits. It serves as the
 * `product.table` of an integer network's layer with activation a and weight b. @throws UnitParameterError
 */
export const productTable = (params: ApproxMultiplierParams): readonly number[] => {
  requireApproxMultiplier(params);
  if (params.kind === 'table') return params.table;
  if (params.kind === 'netlist') return truthTable(params.netlist, isSigned(params));
  return tableOf(params, (a, b) => Number(productOf(params, BigInt(a), BigInt(b))));
};

const isSigned = ({ aSigned = false, bSigned = false }: TableOperands): boolean => aSigned || bSigned;
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

const productOf = (params: ApproxMultiplierParams, a: bigint, b: bigint): bigint => {
  if (isDirect(params)) return directProduct(params, params, a, b);
  const product = magnitudeProduct(params, params, magnitude(a), magnitude(b));
  return a < 0n !== b < 0n ? -product : product;
};

const directProduct = (kind: ApproxKind, operands: TableOperands, a: bigint, b: bigint): bigint => {
  const index = productTableIndex(operands, a, b);
  if (kind.kind === 'table') return BigInt(kind.table[index] ?? 0);
  if (kind.kind !== 'netlist') return 0n;
  const code = evaluateAt(kind.netlist, BigInt(index));
  return isSigned(operands) ? BigInt.asIntN(kind.netlist.outputs.length, code) : code;
};

/** The product of two unsigned operands of these widths. */
export const magnitudeProduct = (kind: ApproxKind, operands: TableOperands, a: bigint, b: bigint): bigint => {
  switch (kind.kind) {
    case 'exact':
    case 'truncated':
    case 'brokenArray':
    case 'droppedProducts': {
      const { rows, addend } = keptProducts(kind, operands);
      return rows.reduce(
        (sum, row, j) => sum + (((b >> BigInt(j)) & 1n) === 1n ? (a & row) << BigInt(j) : 0n),
        addend,
      );
    }
    case 'operandTrimmed':
      return trimmed(a, kind.aDropped, kind.fill) * trimmed(b, kind.bDropped, kind.fill);
    case 'logarithmic':
      return logarithmicProduct(a, b, fractionBitsOf(kind, operands), correctionOf(kind, operands));
    case 'iterativeLogarithmic':
      return iterativeProduct(a, b, kind.terms);
    case 'dynamicRange':
      return cutToRange(a, kind.bits) * cutToRange(b, kind.bits);
    case 'recursive':
      return quartersOf(kind, operands).reduce((sum, quarter) => {
        const { kind: part, operands: of, aFrom, bFrom } = quarter;
        const aPart = BigInt.asUintN(of.aWidth, a >> BigInt(aFrom));
        const bPart = BigInt.asUintN(of.bWidth, b >> BigInt(bFrom));
        return sum + (magnitudeProduct(part, of, aPart, bPart) << BigInt(aFrom + bFrom));
      }, 0n);
    case 'table':
    case 'netlist':
      return directProduct(kind, operands, a, b);
  }
};

/** The low `count` bits replaced by 0…0, or by 10…0. */
const trimmed = (value: bigint, count: number, fill: 'zero' | 'half' = 'zero'): bigint => {
  const high = (value >> BigInt(count)) << BigInt(count);
  return fill === 'half' && count > 0 ? high | (1n << BigInt(count - 1)) : high;
};

/** Default: every bit below the leading one of the wider operand. */
export const fractionBitsOf = (
  { fractionBits }: { readonly fractionBits?: number },
  { aWidth, bWidth }: TableOperands,
): number => fractionBits ?? Math.max(1, aWidth - 1, bWidth - 1);

/** 1/12 of the mantissa's unit: the mean of what Mitchell's product of uniform mantissas falls short, beside its carry. */
export const correctionOf = (
  kind: { readonly fractionBits?: number; readonly correction?: 'none' | 'minimallyBiased' },
  operands: TableOperands,
): bigint =>
  kind.correction === 'minimallyBiased' ? ((1n << BigInt(fractionBitsOf(kind, operands))) + 6n) / 12n : 0n;

const logarithmicProduct = (a: bigint, b: bigint, fractionBits: number, correction: bigint): bigint => {
  if (a === 0n || b === 0n) return 0n;
  const bits = BigInt(fractionBits);
  const [logA, logB] = [logarithm(a, bits), logarithm(b, bits)];
  const fractions = logA.fraction + logB.fraction;
  const carry = fractions >> bits;
  const mantissa = (1n << bits) + BigInt.asUintN(fractionBits, fractions);
  const corrected = mantissa + (carry === 1n ? correction >> 1n : correction);
  return (corrected << (logA.exponent + logB.exponent + carry)) >> bits;
};

const logarithm = (a: bigint, fractionBits: bigint): { exponent: bigint; fraction: bigint } => {
  const exponent = BigInt(bitLength(a) - 1);
  const rest = a - (1n << exponent);
  return { exponent, fraction: (rest << fractionBits) >> exponent };
};

const iterativeProduct = (a: bigint, b: bigint, terms: number): bigint => {
  if (a === 0n || b === 0n || terms === 0) return 0n;
  const [leadA, leadB] = [1n << BigInt(bitLength(a) - 1), 1n << BigInt(bitLength(b) - 1)];
  const [restA, restB] = [a - leadA, b - leadB];
  return leadA * b + restA * leadB + iterativeProduct(restA, restB, terms - 1);
};

const cutToRange = (value: bigint, bits: number): bigint => {
  const by = BigInt(bitLength(value) - bits);
  return by > 0n ? ((value >> by) | 1n) << by : value;
};
