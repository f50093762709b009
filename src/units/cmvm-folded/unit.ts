/** A constant matrix times a vector over several cycles: a part of the inputs, or of the outputs, per cycle. */

import { requireInteger } from '../errors.js';
import type { Matrix } from '../cmvm/decompose.js';
import { foldInputs } from './fold-inputs.js';
import { foldOutputs } from './fold-outputs.js';
import { foldCycles, type Fold } from './model.js';

export interface CmvmFoldedParams {
  /** Module name. */
  readonly name: string;
  /** `matrix[output][input]`, integers of 16 bits. */
  readonly matrix: Matrix;
  /** 1 to 32. */
  readonly inputWidth: number;
  readonly inputSigned: boolean;
  readonly fold: Fold;
}

/**
 * y = matrix * x, exact, one vector every `cycles` cycles. Ports: docs/units/cmvm-folded.md. `latencyCycles` counts from the
 * cycle that takes the last group of inputs (outputs folded: the vector) to the first outputs. @throws UnitParameterError
 */
export const cmvmFolded = (params: CmvmFoldedParams) => {
  const { matrix, fold, inputWidth } = params;
  const count = fold.side === 'inputs' ? (matrix[0]?.length ?? 0) : matrix.length;
  requireInteger('cmvmFolded', 'inputWidth', inputWidth, 1, 32);
  requireInteger('cmvmFolded', `fold.perCycle (of ${count} ${fold.side})`, fold.perCycle, 1, count);
  const unit = fold.side === 'inputs' ? foldInputs(params) : foldOutputs(params);
  return { ...unit, cycles: foldCycles(matrix, fold) };
};
