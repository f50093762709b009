/** Rows of a matrix as signed digits, the form in which terms are shared. */

import type { Random } from '../../num/index.js';
import type { Matrix } from './decompose.js';
import { canonicalDigits, randomDigits } from './digits.js';
import type { Row } from './share.js';

/** Canonical digits; with `random` one of the forms with as few digits. */
export const digitRows = (matrix: Matrix, random?: Random): Row[] =>
  matrix.map((weights) => {
    const row = new Map<number, ReturnType<typeof canonicalDigits>>();
    weights.forEach((weight, input) => {
      if (weight !== 0)
        row.set(input, random === undefined ? canonicalDigits(weight) : randomDigits(weight, random));
    });
    return row;
  });
