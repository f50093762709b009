/** What both sides of folding share: weights that a phase chooses, and dot products that take them as digits. */

import { select, sint, uint, UInt, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { signedWidth } from '../../num/index.js';
import { formRange, inputRange } from '../cmvm/adder-graph.js';
import type { Matrix } from '../cmvm/decompose.js';
import { recodedDotCorrection } from '../recoded-dot/model.js';
import { recodeWeight } from '../recoded-dot/unit.js';
import type { CmvmFoldedParams } from './unit.js';

/** Bits of a counter of `cycles` phases. */
export const phaseWidth = (cycles: number): number => Math.max(1, Math.ceil(Math.log2(cycles)));

/** Bits of the widest weight, at least 2. */
export const weightWidthOf = (matrix: Matrix): number =>
  Math.max(2, ...matrix.flat().map((weight) => signedWidth({ lo: BigInt(weight), hi: BigInt(weight) })));

/** Bits of an activation as a signed operand. */
export const operandWidth = ({ inputWidth, inputSigned }: CmvmFoldedParams): number =>
  inputWidth + (inputSigned ? 0 : 1);

/** Type of an output: exact for all inputs, signed. */
export const outputWidth = (rows: Matrix, params: CmvmFoldedParams): number => {
  const input = inputRange(params);
  const widths = rows.map((row) => {
    const { lo, hi } = formRange(Float64Array.from(row), input);
    return signedWidth({ lo: BigInt(lo), hi: BigInt(hi) });
  });
  return Math.max(1, ...widths);
};

/** The digits of the weight of each phase, registered: the weights enter a dot product one cycle after their phase. */
export const digitsOfPhase = (
  m: ModuleBuilder,
  name: string,
  phase: UInt,
  weights: readonly number[],
  weightWidth: number,
): UInt => {
  const codes = weights.map((weight) => recodeWeight(m.constant(sint(weightWidth), weight)));
  return m.pipe(name, select(phase, codes));
};

/** A constant of each phase. */
export const constantOfPhase = (
  m: ModuleBuilder,
  phase: UInt,
  values: readonly bigint[],
  width: number,
): SInt =>
  select(
    phase,
    values.map((value) => m.constant(sint(width), BigInt.asIntN(width, value))),
  );

/** What the dot products leave out for a row of weights. */
export const correctionOf = (row: readonly number[], weightWidth: number): bigint =>
  recodedDotCorrection(row.map(BigInt), weightWidth);

export const operandType = ({ inputWidth, inputSigned }: CmvmFoldedParams) =>
  inputSigned ? sint(inputWidth) : uint(inputWidth);

/** Everything is signed inside. */
export const operands = (x: readonly (SInt | UInt)[], width: number): readonly SInt[] =>
  x.map((value) => (value instanceof UInt ? value.toSint() : value).wrap(width));
