/** An integer network becomes hardware, is simulated, and equals the reference in values and predicted cycles: docs/accelerator.md. */

import { expect, it } from 'vitest';
import { arrayTop, planArray, predict } from '../src/accel/index.js';
import { elementCount, runReference } from '../src/nn/index.js';
import { makeRandomNetwork, randomInput } from '../src/nn/testing/index.js';
import { runStreams, simulate } from '../src/sim/index.js';

it('computes three pictures', () => {
  const network = makeRandomNetwork(12, 3);
  const plan = planArray(network, {
    rows: 4,
    columns: 4,
    taps: 2,
    requantizers: 4,
    activationMemory: 'block',
    multiplierStages: 1,
    memoryRegister: true,
    reloadable: false,
  });
  const { input, output } = plan.config;
  const pictures = [1, 2, 3].map((seed) => randomInput(network, seed));
  const expected = pictures.flatMap((picture) => Array.from(runReference(network, picture)));

  const simulation = simulate(arrayTop(plan).design);
  simulation.reset(2);
  simulation.step(100);
  const beats = elementCount(input.shape);
  const result = runStreams(simulation, {
    input: { payload: ['in_payload'], valid: 'in_valid', ready: 'in_ready', last: 'in_last' },
    output: { payload: ['out_payload'], valid: 'out_valid', ready: 'out_ready', last: 'out_last' },
    values: [pictures.flatMap((picture) => Array.from(picture, (value) => value & (2 ** input.bits - 1)))],
    isLast: (beat) => beat % beats === beats - 1,
    outputBeats: expected.length,
    resetCycles: 0,
  });

  const { bits, signed } = output;
  const got = result.beats.map(({ values: [value = 0n] }) =>
    Number(signed ? BigInt.asIntN(bits, value) : value),
  );
  expect(got).toEqual(expected);
  const ends = result.beats.filter(({ last }) => last).map(({ cycle }) => cycle);
  const { latencyCycles, initiationInterval } = predict(plan);
  expect((ends[0] ?? NaN) - (result.inputCycles[0] ?? NaN)).toBe(latencyCycles);
  expect((ends[2] ?? NaN) - (ends[1] ?? NaN)).toBe(initiationInterval);
});
