import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { listOf, sintValue } from '../testing/values.js';
import { skipEntries, ternarySkipModel } from './model.js';
import { ternarySkip } from './unit.js';

const cases = fc
  .record({ length: fc.integer({ min: 2, max: 20 }), actWidth: fc.integer({ min: 1, max: 12 }) })
  .chain(({ length, actWidth }) =>
    fc.record({
      ...{ length: fc.constant(length), actWidth: fc.constant(actWidth) },
      act: listOf(sintValue(actWidth), length),
      rows: fc.array(listOf(fc.constantFrom(-1n, 0n, 0n, 1n), length), { minLength: 1, maxLength: 6 }),
      pause: fc.boolean(),
    }),
  );

describe('ternarySkip', () => {
  it('gives exact dot products, one after the other, in as many cycles as there are weights other than 0', () => {
    fc.assert(
      fc.property(cases, ({ length, actWidth, act, rows, pause }) => {
        const { component, latencyCycles } = ternarySkip({ length, actWidth });
        const simulation = simulate(component.design);
        for (const port of ['valid', 'index', 'negative', 'take', 'last']) simulation.poke(port, 0);
        simulation.poke('write', 1);
        act.forEach((value, place) => {
          simulation.poke('address', place);
          simulation.poke('act', value);
          simulation.step();
        });
        simulation.poke('write', 0);
        const sums: bigint[] = [];
        const step = (): void => {
          simulation.step();
          if (simulation.peek('done') === 1n) sums.push(simulation.peek('sum'));
        };
        const entries = rows.map((weights) => skipEntries(weights));
        for (const { index, negative, take, last } of entries.flat()) {
          simulation.poke('valid', 1);
          simulation.poke('index', index);
          simulation.poke('negative', negative ? 1 : 0);
          simulation.poke('take', take ? 1 : 0);
          simulation.poke('last', last ? 1 : 0);
          step();
          simulation.poke('valid', 0);
          if (pause) step();
        }
        for (let cycle = 0; cycle < latencyCycles; cycle++) step();
        expect(sums).toEqual(entries.map((list) => ternarySkipModel(list, act)));
        expect(sums).toEqual(
          rows.map((weights) =>
            weights.reduce<bigint>((sum, weight, row) => sum + weight * (act[row] ?? 0n), 0n),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('needs one cycle at least', () => {
    expect(skipEntries([0n, 0n])).toHaveLength(1);
    expect(skipEntries([0n, 1n, 0n, -1n])).toHaveLength(2);
  });
});
