/** Parameters at the ends of their ranges, for test/units-all.test.ts. */
import { bit, component, sint, uint, type Design } from '../../src/hdl/index.js';
import { runsOf } from '../../src/num/index.js';
import { pvqBitLayer, pvqDecoder, pvqPulse, pvqRunDecoder, pvqTree } from '../../src/units/index.js';

/** Random runs fit no vector: these come from a table, one after the other, in the cycles that the stimulus chooses. */
const playedRuns = (vectors: readonly (readonly number[])[], pulses: number): Design => {
  const { component: decoder, elementWidth } = pvqRunDecoder({ length: vectors[0]?.length ?? 0, pulses });
  const runs = vectors.flatMap(runsOf);
  return component(
    'played_runs',
    { in: { offered: bit }, out: { element: sint(elementWidth), elementValid: bit } },
    ({ offered }, m) => {
      const { at } = m.regs({ at: uint(8) });
      const zeros = m
        .rom(
          'zeros',
          uint(3),
          runs.map((run) => run.zeros),
        )
        .readNow(at);
      const value = m
        .rom(
          'values',
          sint(elementWidth),
          runs.map((run) => run.value),
        )
        .readNow(at);
      const found = decoder('decoder', { runValid: offered, zeros, value });
      m.when(found.runReady, () => {
        at.next = at.eq(runs.length - 1).mux(m.constant(uint(8), 0), at.add(1).wrap(8));
      });
      return { element: found.element, elementValid: found.elementValid };
    },
  ).design;
};

export const examples: readonly Design[] = [
  pvqBitLayer({ name: 'bits_one', weights: [-1], sampleWidth: 2 }).component.design,
  pvqBitLayer({ name: 'bits_filter', weights: [3, 0, -128, 127, 9], sampleWidth: 8 }).component.design,
  pvqBitLayer({ name: 'bits_dot', weights: [5, -7, 1], sampleWidth: 32, samplesPerResult: 3 }).component
    .design,
  pvqPulse({ name: 'pulses_one', rows: [[-1]], pulses: 1, sampleWidth: 2 }).component.design,
  pvqPulse({
    name: 'pulses_rows',
    rows: [
      [0, 3, -2],
      [-5, 0, 0],
    ],
    pulses: 5,
    sampleWidth: 9,
  }).component.design,
  pvqTree({ name: 'tree_one', weights: [-1], pulses: 1, actWidth: 1, scaleWidth: 1 }).component.design,
  pvqTree({ name: 'tree_three', weights: [2, 0, -4, 3], pulses: 9, actWidth: 9, scaleWidth: 12 }).component
    .design,
  // Of these every index is that of a vector.
  pvqDecoder({ length: 2, pulses: 8 }).component.design,
  pvqDecoder({ length: 1, pulses: 3 }).component.design,
  playedRuns(
    [
      [0, 0, 3, 0, -1],
      [4, 0, 0, 0, 0],
      [0, -1, 1, -1, 1],
    ],
    4,
  ),
];
