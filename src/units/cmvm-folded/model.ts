/** The integer function of the folded cmvm unit, in the order in which values enter and leave. */

import { cmvmModel } from '../cmvm/model.js';
import type { Matrix } from '../cmvm/decompose.js';

/** Which side of the matrix is spread over cycles, and how many of its values pass per cycle. */
export interface Fold {
  readonly side: 'inputs' | 'outputs';
  readonly perCycle: number;
}

/** Cycles per vector. */
export const foldCycles = (matrix: Matrix, { side, perCycle }: Fold): number =>
  Math.ceil((side === 'inputs' ? (matrix[0]?.length ?? 0) : matrix.length) / perCycle);

/** Values of one vector as they pass, `perCycle` at a time, the last ones filled up with 0. */
export const inGroups = (values: readonly number[], perCycle: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(values.length / perCycle) }, (_, group) =>
    Array.from({ length: perCycle }, (__, index) => values[group * perCycle + index] ?? 0),
  );

/** What leaves for x: all outputs at once, or groups of outputs, one a cycle. */
export const cmvmFoldedModel = (
  matrix: Matrix,
  fold: Fold,
  x: readonly number[],
): readonly (readonly number[])[] => {
  const y = cmvmModel(matrix, x);
  return fold.side === 'inputs' ? [y] : inGroups(y, fold.perCycle);
};
