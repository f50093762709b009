import { signedWidth, typeRange, unsignedWidth, type Range } from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';

export interface IntPairParams {
  /** The operand of both products: 2 to 16 bits. */
  readonly sharedWidth: number;
  /** The two other operands: 2 to 8 bits. */
  readonly factorWidth: number;
  readonly signed: boolean;
  /** Factors never take the least value of their type, -2^(factorWidth-1); default false. Needs a bit less. */
  readonly symmetric?: boolean;
  /** SB_MAC16 as two multipliers of 8 by 8 bits; or one multiplication of MULT18X18D by both factors side by side. */
  readonly implementation: 'sbMac16' | 'mult18x18d';
}

/** Operands of MULT18X18D. */
const OPERAND_BITS = 18;

/**
 * Where the second factor lies in the packed operand first + second * 2^shift, so that the product's low `shift` bits are
 * shared * first exactly: every such product fits them, and every packed operand fits 18 bits.
 * @throws UnitParameterError when no place is exact
 */
export const pairPacking = (params: IntPairParams): { readonly shift: number } => {
  checkWidths(params);
  const shared = typeRange(params.signed, params.sharedWidth);
  const factor = factorRange(params);
  const width = params.signed ? signedWidth : ({ hi }: Range): number => unsignedWidth(hi);
  const ends = [shared.lo, shared.hi].flatMap((a) => [a * factor.lo, a * factor.hi]);
  const shift = width(hull(ends));
  const gain = (1n << BigInt(shift)) + 1n;
  const packed = width({ lo: factor.lo * gain, hi: factor.hi * gain });
  if (packed > OPERAND_BITS || params.sharedWidth > OPERAND_BITS)
    throw new UnitParameterError(
      'intPair',
      'factorWidth',
      `of ${params.factorWidth} beside a shared operand of ${params.sharedWidth} bits packs into ${packed} bits; MULT18X18D has ${OPERAND_BITS}`,
    );
  return { shift };
};

export const factorRange = ({ signed, factorWidth, symmetric = false }: IntPairParams): Range => {
  const { lo, hi } = typeRange(signed, factorWidth);
  return signed && symmetric ? { lo: -hi, hi } : { lo, hi };
};

/** @throws UnitParameterError */
export const checkWidths = ({ sharedWidth, factorWidth, implementation }: IntPairParams): void => {
  requireInteger('intPair', 'sharedWidth', sharedWidth, 2, implementation === 'sbMac16' ? 8 : 16);
  requireInteger('intPair', 'factorWidth', factorWidth, 2, 8);
};

const hull = (values: readonly bigint[]): Range => ({
  lo: values.reduce((a, b) => (b < a ? b : a)),
  hi: values.reduce((a, b) => (b > a ? b : a)),
});
