/** Drives a `macArray` by its contract: loads weights, streams vectors, reads the accumulators. */
import type { Design } from '../../hdl/index.js';
import { simulate } from '../../sim/index.js';
import type { PeKind } from '../mac-array/kind.js';

type Matrix = readonly (readonly bigint[])[];

interface ArrayRun {
  readonly design: Design;
  readonly kind: PeKind;
  /** By [row][column]. */
  readonly weights: Matrix;
  readonly vectors: Matrix;
  readonly latencyCycles: number;
  readonly rowSkewCycles: number;
  readonly rowsPerSkew?: number;
  readonly accumulatorCycles?: number;
}

/** Accumulators after all `vectors`, cleared before the first. */
export const weightStationaryTotals = (run: ArrayRun): readonly bigint[] => {
  const { design, kind, weights, vectors, latencyCycles, rowSkewCycles } = run;
  const { rowsPerSkew = 1, accumulatorCycles = 1 } = run;
  const simulation = simulate(design, { powerUpSeed: 5 });
  const rows = weights.length;
  const codes = columnsOf(weights).map((column) => kind.encode(column));
  const acts = (cycle: number): void => {
    for (let row = 0; row < rows; row++)
      simulation.poke(
        `act_${row}`,
        vectors[cycle - Math.floor(row / rowsPerSkew) * rowSkewCycles]?.[row] ?? 0n,
      );
  };
  simulation.poke('load', 1);
  simulation.poke('clear', 0);
  acts(-1);
  for (let row = rows - 1; row >= 0; row--) {
    codes.forEach((column, index) => simulation.poke(`weight_${index}`, column[row] ?? 0n));
    simulation.step();
  }
  simulation.poke('load', 0);
  // The sum of vector 0 is added by edge latencyCycles; what was in before `clear` does not count.
  for (let cycle = 0; cycle < vectors.length + latencyCycles - 1; cycle++) {
    acts(cycle);
    simulation.poke('clear', cycle < latencyCycles - accumulatorCycles ? 1 : 0);
    simulation.step();
  }
  return codes.map((_, column) => simulation.peek(`acc_${column}`));
};

/** Totals of an output-stationary array by [row][column]: Σ over k of acts[k][row] * weights[k][column], drained. */
export const outputStationaryTotals = (
  run: Pick<ArrayRun, 'design' | 'weights'> & {
    readonly acts: Matrix;
    readonly encode: (weight: bigint) => bigint;
  },
): Matrix => {
  const { design, weights, acts, encode } = run;
  const simulation = simulate(design, { powerUpSeed: 5 });
  const rows = acts[0]?.length ?? 0;
  const columns = weights[0]?.length ?? 0;
  simulation.poke('drain', 0);
  const feed = (cycle: number): void => {
    for (let row = 0; row < rows; row++) simulation.poke(`act_${row}`, acts[cycle - row]?.[row] ?? 0n);
    for (let column = 0; column < columns; column++)
      simulation.poke(`weight_${column}`, encode(weights[cycle - column]?.[column] ?? 0n));
    simulation.step();
  };
  simulation.poke('clear', 1);
  for (let cycle = 0; cycle < rows + columns; cycle++) feed(-1 - cycle);
  simulation.poke('clear', 0);
  for (let cycle = 0; cycle < acts.length + rows + columns + 2; cycle++) feed(cycle);
  simulation.poke('drain', 1);
  const totals: (readonly bigint[])[] = [];
  for (let row = rows - 1; row >= 0; row--) {
    totals.unshift(Array.from({ length: columns }, (_, column) => simulation.peek(`acc_${column}`)));
    simulation.step(2);
  }
  return totals;
};

export const columnsOf = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0n));
