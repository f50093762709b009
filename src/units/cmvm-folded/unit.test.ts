/** Folded constant matrices give what the matrix gives, in groups. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { cmvmFoldedModel, inGroups } from './model.js';
import { cmvmFolded, type CmvmFoldedParams } from './unit.js';

const weights = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 0, 1, -1, most, -most), fc.integer({ min: -most, max: most }));

const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 7 }),
    columns: fc.integer({ min: 1, max: 7 }),
    most: fc.constantFrom(1, 4, 128),
    inputWidth: fc.integer({ min: 1, max: 9 }),
    inputSigned: fc.boolean(),
    side: fc.constantFrom('inputs', 'outputs'),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      perCycle: fc.integer({ min: 1, max: shape.side === 'inputs' ? shape.columns : shape.rows }),
      matrix: fc.array(
        fc.array(weights(shape.most), { minLength: shape.columns, maxLength: shape.columns }),
        { minLength: shape.rows, maxLength: shape.rows },
      ),
      vectors: fc.array(
        fc.record({
          x: fc.array(inputs(shape.inputWidth, shape.inputSigned), {
            minLength: shape.columns,
            maxLength: shape.columns,
          }),
          wait: fc.integer({ min: 0, max: 2 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    }),
  );

const inputs = (width: number, signed: boolean): fc.Arbitrary<number> => {
  const [lo, hi] = signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
  return fc.oneof(fc.constantFrom(lo, hi), fc.integer({ min: lo, max: hi }));
};

interface Vector {
  readonly x: readonly number[];
  readonly wait: number;
}

/** Everything that leaves while the vectors enter as soon as they may, `wait` cycles later each group. */
const run = (params: CmvmFoldedParams, vectors: readonly Vector[]) => {
  const { component, latencyCycles, cycles } = cmvmFolded(params);
  const sim = simulate(component.design);
  const left: { readonly cycle: number; readonly y: readonly number[] }[] = [];
  let now = 0;
  const step = (): void => {
    if (sim.peek('out_valid') === 1n) {
      const count = params.fold.side === 'inputs' ? params.matrix.length : params.fold.perCycle;
      left.push({ cycle: now, y: Array.from({ length: count }, (_, i) => Number(sim.peek(`y_${i}`))) });
    }
    sim.step();
    now += 1;
  };
  sim.poke('in_valid', 0);
  sim.poke('rst', 1);
  step();
  sim.poke('rst', 0);
  const entered: number[] = [];
  for (const { x, wait } of vectors) {
    for (const group of params.fold.side === 'inputs' ? inGroups(x, params.fold.perCycle) : [x]) {
      group.forEach((value, index) => {
        sim.poke(`x_${index}`, value);
      });
      for (let i = 0; i < wait; i++) step();
      while (params.fold.side === 'outputs' && sim.peek('in_ready') === 0n) step();
      sim.poke('in_valid', 1);
      entered.push(now);
      step();
      sim.poke('in_valid', 0);
    }
  }
  for (let i = 0; i < latencyCycles + cycles + 1; i++) step();
  return { left, entered, latencyCycles, cycles };
};

describe('a folded constant matrix', () => {
  it('gives the outputs of the matrix, in their groups, latencyCycles after the last inputs', () => {
    fc.assert(
      fc.property(cases, ({ shape, perCycle, matrix, vectors }) => {
        const { side, inputWidth, inputSigned } = shape;
        const fold = { side, perCycle };
        const params = { name: 'folded', matrix, inputWidth, inputSigned, fold } as const;
        const { left, entered, latencyCycles, cycles } = run(params, vectors);
        expect(left.map(({ y }) => y)).toEqual(vectors.flatMap(({ x }) => cmvmFoldedModel(matrix, fold, x)));
        const starts =
          side === 'inputs'
            ? entered.filter((_, index) => index % cycles === cycles - 1)
            : entered.flatMap((cycle) => Array.from({ length: cycles }, (_, phase) => cycle + phase));
        expect(left.map(({ cycle }) => cycle)).toEqual(starts.map((cycle) => cycle + latencyCycles));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('refuses a group larger than the matrix', () => {
    expect(() =>
      cmvmFolded({
        name: 'folded',
        matrix: [[1, 2]],
        inputWidth: 8,
        inputSigned: true,
        fold: { side: 'inputs', perCycle: 3 },
      }),
    ).toThrow('UNIT001: cmvmFolded: fold.perCycle (of 2 inputs) must be an integer from 1 to 2, not 3');
  });
});
