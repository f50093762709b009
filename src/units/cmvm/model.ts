/** The integer function of the cmvm unit. */

/** y = matrix * x, exact below 2^53. */
export const cmvmModel = (matrix: readonly (readonly number[])[], x: readonly number[]): readonly number[] =>
  matrix.map((row) => row.reduce((sum, weight, input) => sum + weight * (x[input] ?? 0), 0));
