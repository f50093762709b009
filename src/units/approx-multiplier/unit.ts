/** Approximate multipliers: one interface, a dozen ways to be a little wrong for less logic. */

import { cat, component, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { drawNetlist } from '../approx-netlist/draw.js';
import { digest } from './digest.js';
import { addBalanced, drawKeptProducts, keptProducts } from './kept-products.js';
import { drawDynamicRange, drawIterativeLogarithmic, drawLogarithmic } from './logarithmic.js';
import { correctionOf, fractionBitsOf } from './model.js';
import {
  isDirect,
  quartersOf,
  requireApproxMultiplier,
  type ApproxKind,
  type ApproxMultiplierParams,
} from './parameters.js';
import { approxProductType } from './product-type.js';
import { tableRange, productTypeOf, type TableOperands } from './table.js';
import { tableLogic } from './table-logic.js';

/**
 * product = an approximation of a * b, combinational; `productTable` and `approxMultiplierModel` give the same function.
 * Signed operands are multiplied by magnitude with the sign outside; tables and netlists of codes hold the sign themselves.
 * @throws UnitParameterError
 */
export const approxMultiplier = (params: ApproxMultiplierParams) => {
  requireApproxMultiplier(params);
  const { aWidth, bWidth, aSigned = false, bSigned = false, kind } = params;
  const type = approxProductType(params);
  const name = `approx_${snakeCase(kind)}_${digest(JSON.stringify(params))}`;
  const unit = component(
    name,
    {
      in: { a: operandType(aWidth, aSigned), b: operandType(bWidth, bSigned) },
      out: { product: type.signed ? sint(type.width) : uint(type.width) },
      parameters: { kind, aWidth, bWidth, aSigned, bSigned },
      latency: 0,
    },
    ({ a, b }, m) => ({ product: drawProduct(m, params, a, b) }),
  );
  return { component: unit, latencyCycles: 0, productWidth: type.width, productSigned: type.signed };
};

const snakeCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Port type of an operand. */
export const operandType = (width: number, signed: boolean) => (signed ? sint(width) : uint(width));

/** The product inside a component, in the type that `approxProductType` states. */
export const drawProduct = (
  m: ModuleBuilder,
  params: ApproxMultiplierParams,
  a: UInt | SInt,
  b: UInt | SInt,
): UInt | SInt => {
  const { signed, width } = approxProductType(params);
  // Some approximations read one operand, or none.
  m.unused(a);
  m.unused(b);
  if (isDirect(params)) {
    const pattern = drawMagnitude(m, params, params, a.asUint(), b.asUint()).wrap(width);
    return signed ? pattern.asSint() : pattern;
  }
  const magnitude = drawMagnitude(m, params, params, magnitudeOf(a), magnitudeOf(b));
  if (!signed) return magnitude.wrap(width);
  const positive = magnitude.toSint();
  return isNegative(m, a).xor(isNegative(m, b)).mux(positive.neg(), positive).wrap(width);
};

const magnitudeOf = (value: UInt | SInt): UInt =>
  value.kind === 'uint'
    ? value
    : value
        .bit(value.width - 1)
        .mux(value.neg(), value)
        .asUint()
        .wrap(value.width);

const isNegative = (m: ModuleBuilder, value: UInt | SInt): UInt =>
  value.kind === 'uint' ? m.constant(uint(1), 0) : value.bit(value.width - 1);

/** The approximate product of two unsigned operands; of a table or netlist, the bits of its entry. */
const drawMagnitude = (
  m: ModuleBuilder,
  kind: ApproxKind,
  operands: TableOperands,
  a: UInt,
  b: UInt,
): UInt => {
  switch (kind.kind) {
    case 'exact':
    case 'truncated':
    case 'brokenArray':
    case 'droppedProducts':
      return drawKeptProducts(m, keptProducts(kind, operands), a, b);
    case 'operandTrimmed':
      return trimmed(m, a, kind.aDropped, kind.fill).mul(trimmed(m, b, kind.bDropped, kind.fill));
    case 'logarithmic':
      return drawLogarithmic(
        m,
        [a, b],
        fractionBitsOf(kind, operands),
        correctionOf(kind, operands),
        operands.aWidth + operands.bWidth,
      );
    case 'iterativeLogarithmic':
      return drawIterativeLogarithmic(a, b, kind.terms);
    case 'dynamicRange':
      return drawDynamicRange(m, a, b, kind.bits);
    case 'recursive':
      return drawRecursive(m, kind, operands, a, b);
    case 'table': {
      const { width } = productTypeOf(operands, tableRange(kind.table));
      return tableLogic(m, indexBits(a, b), kind.table, width, operands.bWidth);
    }
    case 'netlist':
      return drawNetlist(m, kind.netlist, indexBits(a, b));
  }
};

/** The bits of a table's index, lowest first: b, then a. */
const indexBits = (a: UInt, b: UInt): readonly UInt[] => [
  ...Array.from({ length: b.width }, (_, index) => b.bit(index)),
  ...Array.from({ length: a.width }, (_, index) => a.bit(index)),
];

const trimmed = (m: ModuleBuilder, value: UInt, count: number, fill: 'zero' | 'half' = 'zero'): UInt => {
  if (count === 0) return value;
  const low = fill === 'half' ? 1n << BigInt(count - 1) : 0n;
  return cat(value.bits(value.width - 1, count), m.constant(uint(count), low));
};

const drawRecursive = (
  m: ModuleBuilder,
  kind: ApproxKind & { readonly kind: 'recursive' },
  operands: TableOperands,
  a: UInt,
  b: UInt,
): UInt => {
  const products = quartersOf(kind, operands).map(({ kind: part, operands: of, aFrom, bFrom }) => {
    const aPart = a.bits(aFrom + of.aWidth - 1, aFrom);
    const bPart = b.bits(bFrom + of.bWidth - 1, bFrom);
    return drawMagnitude(m, part, of, aPart, bPart).shl(aFrom + bFrom);
  });
  return addBalanced(products) ?? a;
};
