/** What an approximate multiplier can be asked for, and what is refused. */

import { requireNetlist, type Netlist } from '../approx-netlist/netlist.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import { requireTable, type TableOperands } from './table.js';

/** Added to what is left of the partial products: a constant, or the mean of the dropped ones for uniform operands. */
export type Compensation = number | 'mean';

/** How the product is approximated. Bit i of a times bit j of b is the partial product in row j, column i + j. */
export type ApproxKind =
  | { readonly kind: 'exact' }
  /** The partial products in the lowest `columns` columns are dropped. */
  | { readonly kind: 'truncated'; readonly columns: number; readonly compensation?: Compensation }
  /** Broken array: columns below `vertical` and rows below `horizontal` are dropped. */
  | {
      readonly kind: 'brokenArray';
      readonly vertical: number;
      readonly horizontal: number;
      readonly compensation?: Compensation;
    }
  /** Any partial products, listed as [bit of a, bit of b], are dropped. */
  | {
      readonly kind: 'droppedProducts';
      readonly dropped: readonly (readonly [i: number, j: number])[];
      readonly compensation?: Compensation;
    }
  /** The lowest bits of each operand are dropped; `half` puts 10…0 in their place, the middle of what they could be. */
  | {
      readonly kind: 'operandTrimmed';
      readonly aDropped: number;
      readonly bDropped: number;
      readonly fill?: 'zero' | 'half';
    }
  /** Mitchell's logarithms with `fractionBits` bits (default: all), or minimally biased: + 1/12 of the mantissa. */
  | {
      readonly kind: 'logarithmic';
      readonly fractionBits?: number;
      readonly correction?: 'none' | 'minimallyBiased';
    }
  /** Mitchell's product without its carry, and terms - 1 corrections by the product of the remainders. */
  | { readonly kind: 'iterativeLogarithmic'; readonly terms: number }
  /** DRUM: `bits` bits of each operand from its leading one down, the lowest set to 1 where any were cut. */
  | { readonly kind: 'dynamicRange'; readonly bits: number }
  /** Operands cut in halves, four products of halves, each approximated; halves of an odd width: the low one is smaller. */
  | {
      readonly kind: 'recursive';
      readonly lowLow: ApproxKind;
      readonly highLow: ApproxKind;
      readonly lowHigh: ApproxKind;
      readonly highHigh: ApproxKind;
    }
  /** The product is looked up: any function, any signs (table.ts says how entries are ordered). */
  | { readonly kind: 'table'; readonly table: readonly number[] }
  /** Gates, found by the search or elsewhere; inputs: the bits of b, then those of a, lowest first. */
  | { readonly kind: 'netlist'; readonly netlist: Netlist };

/** Operand types and the approximation. */
export type ApproxMultiplierParams = TableOperands & ApproxKind;

/** Kinds whose function is that of the codes; the others multiply magnitudes and set the sign afterwards. */
export const isDirect = (kind: ApproxKind): boolean => kind.kind === 'table' || kind.kind === 'netlist';

/** @throws UnitParameterError */
export const requireApproxMultiplier = (params: ApproxMultiplierParams): void => {
  requireInteger(unit, 'aWidth', params.aWidth, 1, 32);
  requireInteger(unit, 'bWidth', params.bWidth, 1, 32);
  requireKind(params, params);
};

const unit = 'approxMultiplier';

const requireKind = (kind: ApproxKind, operands: TableOperands): void => {
  const { aWidth, bWidth } = operands;
  switch (kind.kind) {
    case 'exact':
      return;
    case 'truncated':
      requireInteger(unit, 'columns', kind.columns, 0, aWidth + bWidth - 1);
      {
        requireCompensation(kind.compensation, operands);
        return;
      }
    case 'brokenArray':
      requireInteger(unit, 'vertical', kind.vertical, 0, aWidth + bWidth - 1);
      requireInteger(unit, 'horizontal', kind.horizontal, 0, bWidth);
      {
        requireCompensation(kind.compensation, operands);
        return;
      }
    case 'droppedProducts':
      kind.dropped.forEach(([i, j], at) => {
        requireInteger(unit, `dropped[${at}], bit of a,`, i, 0, aWidth - 1);
        requireInteger(unit, `dropped[${at}], bit of b,`, j, 0, bWidth - 1);
      });
      {
        requireCompensation(kind.compensation, operands);
        return;
      }
    case 'operandTrimmed':
      requireInteger(unit, 'aDropped', kind.aDropped, 0, aWidth - 1);
      {
        requireInteger(unit, 'bDropped', kind.bDropped, 0, bWidth - 1);
        return;
      }
    case 'logarithmic': {
      requireInteger(unit, 'fractionBits', kind.fractionBits ?? 1, 1, Math.max(aWidth, bWidth));
      return;
    }
    case 'iterativeLogarithmic': {
      requireInteger(unit, 'terms', kind.terms, 1, Math.min(aWidth, bWidth));
      return;
    }
    case 'dynamicRange': {
      requireInteger(unit, 'bits', kind.bits, 2, Math.max(2, aWidth, bWidth));
      return;
    }
    case 'recursive': {
      requireRecursive(kind, operands);
      return;
    }
    case 'table': {
      requireTable(unit, operands, kind.table);
      return;
    }
    case 'netlist': {
      requireNetlist(unit, kind.netlist, aWidth + bWidth);
      return;
    }
  }
};

/** More than the sum of all partial products would never bring the product nearer. */
const requireCompensation = (
  compensation: Compensation | undefined,
  { aWidth, bWidth }: TableOperands,
): void => {
  if (compensation === undefined || compensation === 'mean') return;
  requireInteger(unit, 'compensation', compensation, 0, (2 ** aWidth - 1) * (2 ** bWidth - 1));
};

/** Operands in halves: the four products and how far each is shifted left. */
export interface Quarter {
  readonly name: 'lowLow' | 'highLow' | 'lowHigh' | 'highHigh';
  readonly kind: ApproxKind;
  readonly operands: TableOperands;
  readonly aFrom: number;
  readonly bFrom: number;
}

/** The four products of a recursive multiplier, of a's half first: `highLow` is the high half of a times the low one of b. */
export const quartersOf = (
  kind: ApproxKind & { readonly kind: 'recursive' },
  { aWidth, bWidth }: TableOperands,
): readonly Quarter[] => {
  const [aCut, bCut] = [Math.floor(aWidth / 2), Math.floor(bWidth / 2)];
  const quarter = (name: Quarter['name'], aHigh: boolean, bHigh: boolean): Quarter => ({
    name,
    kind: kind[name],
    operands: { aWidth: aHigh ? aWidth - aCut : aCut, bWidth: bHigh ? bWidth - bCut : bCut },
    aFrom: aHigh ? aCut : 0,
    bFrom: bHigh ? bCut : 0,
  });
  return [
    quarter('lowLow', false, false),
    quarter('highLow', true, false),
    quarter('lowHigh', false, true),
    quarter('highHigh', true, true),
  ];
};

const requireRecursive = (
  kind: ApproxKind & { readonly kind: 'recursive' },
  operands: TableOperands,
): void => {
  if (operands.aWidth < 2 || operands.bWidth < 2) {
    throw new UnitParameterError(unit, 'kind', 'is recursive, but an operand of one bit has no halves');
  }
  for (const { name, kind: part, operands: of } of quartersOf(kind, operands)) {
    requireKind(part, of);
    if (part.kind === 'table' && part.table.some((entry) => entry < 0))
      throw new UnitParameterError(unit, name, 'has a table with negative products; halves are unsigned');
  }
};
