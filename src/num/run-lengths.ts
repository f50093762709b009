/** Sparse vectors as runs of zeros, each followed by a value that is not zero. */

export interface Run {
  /** Zeros before `value`. */
  readonly zeros: number;
  /** Not 0. */
  readonly value: number;
}

/** A run per element that is not 0; zeros at the end have none. */
export const runsOf = (vector: readonly number[]): readonly Run[] => {
  const runs: Run[] = [];
  let zeros = 0;
  for (const value of vector) {
    if (value === 0) zeros++;
    else {
      runs.push({ zeros, value });
      zeros = 0;
    }
  }
  return runs;
};

/** The vector of so many elements. @throws RangeError when a run has a negative count, the value 0, or ends past the vector. */
export const vectorOfRuns = (runs: readonly Run[], length: number): readonly number[] => {
  const vector: number[] = Array.from({ length }, () => 0);
  let place = 0;
  runs.forEach(({ zeros, value }, i) => {
    place += zeros;
    if (!Number.isInteger(zeros) || zeros < 0 || value === 0)
      throw new RangeError(`run ${i} is no run: ${zeros} zeros before ${value}`);
    if (place >= length) throw new RangeError(`run ${i} ends past the vector's ${length} elements`);
    vector[place++] = value;
  });
  return vector;
};
