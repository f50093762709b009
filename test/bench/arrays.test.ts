import { describe, expect, it } from 'vitest';
import {
  intDotArray,
  recodedDotArray,
  ternaryChainArray,
  ternaryDotArray,
  type ArrayDesign,
} from '../../bench/arrays/designs.js';
import { createRandom } from '../../src/num/index.js';
import { simulate } from '../../src/sim/index.js';
import { recodedDotCorrection, ternaryDotCorrection } from '../../src/units/index.js';

const rows = 5;
const columns = 3;
const vectorCount = 40;

const pack = (values: readonly bigint[], width: number): bigint =>
  values.reduceRight((word, value) => (word << BigInt(width)) | BigInt.asUintN(width, value), 0n);

const random = createRandom(7);
const pick = (values: readonly bigint[]): bigint => values[random.uint32() % values.length] ?? 0n;
const grid = (height: number, width: number, values: readonly bigint[]): readonly (readonly bigint[])[] =>
  Array.from({ length: height }, () => Array.from({ length: width }, () => pick(values)));
const acts = grid(vectorCount, rows, [-128n, 127n, 0n, -1n, 77n, -50n]);

/** What each vector adds to each accumulator, measured at port y. */
const increments = (
  array: ArrayDesign,
  weights: readonly (readonly bigint[])[],
): readonly (readonly bigint[])[] => {
  const { design, weightWidth, rowSkewCycles, latencyCycles } = array;
  const simulation = simulate(design, { powerUpSeed: 3 });
  simulation.poke('wl', 1);
  for (const row of weights.toReversed()) {
    simulation.poke('w', pack(row, weightWidth));
    simulation.step();
  }
  simulation.poke('wl', 0);
  simulation.poke('clr', 1);
  simulation.step(latencyCycles + rows);
  simulation.poke('clr', 0);
  const accumulators: (readonly bigint[])[] = [];
  for (let cycle = 0; cycle < vectorCount + latencyCycles; cycle++) {
    const skewed = Array.from({ length: rows }, (_, row) => acts[cycle - row * rowSkewCycles]?.[row] ?? 0n);
    simulation.poke('a', pack(skewed, 8));
    const y = simulation.peek('y');
    accumulators.push(Array.from({ length: columns }, (_, c) => BigInt.asIntN(24, y >> BigInt(24 * c))));
    simulation.step();
  }
  return acts
    .slice(0, -1)
    .map((_, i) =>
      Array.from(
        { length: columns },
        (_unused, c) =>
          (accumulators[i + latencyCycles]?.[c] ?? 0n) - (accumulators[i + latencyCycles - 1]?.[c] ?? 0n),
      ),
    );
};

const exact = (weights: readonly (readonly bigint[])[]): readonly (readonly bigint[])[] =>
  acts
    .slice(0, -1)
    .map((act) =>
      Array.from({ length: columns }, (_, c) =>
        act.reduce((sum, value, row) => sum + value * (weights[row]?.[c] ?? 0n), 0n),
      ),
    );

describe('arrays of the bench compute what the baselines compute', () => {
  const trits = grid(rows, columns, [-1n, 0n, 1n]);
  const bytes = grid(rows, columns, [-128n, 127n, -1n, 0n, 3n, -85n, 99n]);
  const columnOf = (weights: readonly (readonly bigint[])[], c: number): readonly bigint[] =>
    weights.map((row) => row[c] ?? 0n);
  const none = (): bigint => 0n;
  const cases = [
    [
      'ternaryDot',
      ternaryDotArray({ rows, columns }),
      trits,
      (w: readonly bigint[]) => ternaryDotCorrection(w.map((v) => BigInt.asUintN(2, v))),
    ],
    ['ternaryPe', ternaryChainArray({ rows, columns }), trits, none],
    ['intDot', intDotArray({ rows, columns }), bytes, none],
    [
      'recodedDot',
      recodedDotArray({ rows, columns }),
      bytes,
      (w: readonly bigint[]) => recodedDotCorrection(w, 8),
    ],
  ] as const;

  it.each(cases)('%s', (_name, array, weights, correction) => {
    const corrected = increments(array, weights).map((row) =>
      row.map((value, c) => value + correction(columnOf(weights, c))),
    );
    expect(corrected).toEqual(exact(weights));
  });
});
