import { unsignedWidth } from '../../num/index.js';
import { flaggedCode, greatestExponent, powerOfTwoParts, powerOfTwoWeight } from './code.js';
import type { PowerOfTwoDotParams } from './unit.js';

export interface PowerOfTwoDotInputs {
  readonly act: readonly bigint[];
  /** Codes (code.ts). */
  readonly weight: readonly bigint[];
}

/** What `powerOfTwoDot` puts out, `latencyCycles` after its inputs. */
export const powerOfTwoDotModel = (params: PowerOfTwoDotParams, inputs: PowerOfTwoDotInputs): bigint => {
  let sum = -powerOfTwoDotOffset(params);
  for (let row = 0; row < params.rows; row++)
    sum += powerOfTwoTerm(inputs.act[row] ?? 0n, plainCode(inputs.weight[row] ?? 0n, params), params);
  return sum;
};

const plainCode = (code: bigint, { codeBits, zeroFlag = false }: PowerOfTwoDotParams): bigint =>
  zeroFlag ? flaggedCode(code, codeBits) : code;

/** What must be added to the unit's sum to get the exact dot product: a constant of the weights (codes as the unit's). */
export const powerOfTwoDotCorrection = (params: PowerOfTwoDotParams, weight: readonly bigint[]): bigint =>
  -powerOfTwoDotModel(params, { act: [], weight });

/** 0, or the activation (counted from 0 on) or its complement, shifted: never negative. */
export const powerOfTwoTerm = (
  act: bigint,
  code: bigint,
  { actWidth, codeBits }: Pick<PowerOfTwoDotParams, 'actWidth' | 'codeBits'>,
): bigint => {
  const { negative, exponent } = powerOfTwoParts(code, codeBits);
  if (exponent === undefined) return 0n;
  const half = 1n << BigInt(actWidth - 1);
  return (negative ? half - 1n - act : half + act) << BigInt(exponent);
};

/** Greatest term of one row. */
export const greatestTerm = ({
  actWidth,
  codeBits,
}: Pick<PowerOfTwoDotParams, 'actWidth' | 'codeBits'>): bigint =>
  ((1n << BigInt(actWidth)) - 1n) << BigInt(greatestExponent(codeBits));

/** Bits of the sum. */
export const powerOfTwoSumWidth = (params: PowerOfTwoDotParams): number =>
  unsignedWidth(BigInt(params.rows) * greatestTerm(params));

/** The sum of the terms starts at 0; half of what its bits hold makes it two's complement. */
const powerOfTwoDotOffset = (params: PowerOfTwoDotParams): bigint =>
  1n << BigInt(powerOfTwoSumWidth(params) - 1);

/** The exact dot product. */
export const powerOfTwoDotExact = (
  params: PowerOfTwoDotParams,
  { act, weight }: PowerOfTwoDotInputs,
): bigint =>
  Array.from({ length: params.rows }, (_, row) => row).reduce(
    (sum, row) =>
      sum + (act[row] ?? 0n) * powerOfTwoWeight(plainCode(weight[row] ?? 0n, params), params.codeBits),
    0n,
  );
