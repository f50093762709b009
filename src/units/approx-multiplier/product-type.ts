/** Width and sign of a multiplier's product: derived from its parameters alone, the narrowest that can be stated simply. */

import { typeRange, type Range } from '../../num/index.js';
import { keptProducts } from './kept-products.js';
import { magnitudeProduct } from './model.js';
import { quartersOf, type ApproxKind, type ApproxMultiplierParams } from './parameters.js';
import { productTypeOf, tableRange, type ProductType, type TableOperands } from './table.js';

/** Type of the output `product`. */
export const approxProductType = (params: ApproxMultiplierParams): ProductType =>
  params.kind === 'netlist'
    ? { signed: params.aSigned === true || params.bSigned === true, width: params.netlist.outputs.length }
    : productTypeOf(params, approxProductRange(params));

/** A range that holds every product; of a table exactly that of its entries. */
export const approxProductRange = (params: ApproxMultiplierParams): Range => {
  if (params.kind === 'table') return tableRange(params.table);
  const { aSigned = false, bSigned = false } = params;
  if (params.kind === 'netlist') return typeRange(aSigned || bSigned, params.netlist.outputs.length);
  const greatest = greatestProduct(
    params,
    params,
    greatestMagnitude(params.aWidth, aSigned),
    greatestMagnitude(params.bWidth, bSigned),
  );
  return { lo: aSigned || bSigned ? -greatest : 0n, hi: greatest };
};

const greatestMagnitude = (width: number, signed: boolean): bigint =>
  signed ? 1n << BigInt(width - 1) : (1n << BigInt(width)) - 1n;

/** No product of operands up to `a` and `b` is greater. Most kinds grow with their operands. */
const greatestProduct = (kind: ApproxKind, operands: TableOperands, a: bigint, b: bigint): bigint => {
  switch (kind.kind) {
    case 'exact':
    case 'truncated':
    case 'brokenArray':
    case 'droppedProducts':
      return a * b + keptProducts(kind, operands).addend;
    case 'iterativeLogarithmic':
      return a * b;
    case 'operandTrimmed':
    case 'logarithmic':
    case 'dynamicRange':
      return magnitudeProduct(kind, operands, a, b);
    case 'recursive':
      return quartersOf(kind, operands).reduce((sum, { kind: part, operands: of, aFrom, bFrom }) => {
        const [aPart, bPart] = [greatestMagnitude(of.aWidth, false), greatestMagnitude(of.bWidth, false)];
        return sum + (greatestProduct(part, of, aPart, bPart) << BigInt(aFrom + bFrom));
      }, 0n);
    case 'table':
      return tableRange(kind.table).hi;
    case 'netlist':
      return (1n << BigInt(kind.netlist.outputs.length)) - 1n;
  }
};
