/** Gaps, back-pressure, resets and misplaced `last` at the accelerator's face. */

import { beforeAll, describe, expect, it } from 'vitest';
import { arrayTop } from '../../src/accel/index.js';
import { elementCount } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';
import { simulate, type Simulation } from '../../src/sim/index.js';
import { randomCase } from './helpers/cases.js';
import {
  expectedOutputs,
  outputComplaint,
  pictureBench,
  quietComplaint,
  randomPictures,
  runPictures,
  settle,
  timingComplaint,
} from './helpers/pictures.js';

const patterns = [
  { gaps: 0.3, stalls: 0.3 },
  { gaps: 0.9, stalls: 0 },
  { gaps: 0, stalls: 0.9 },
  { gaps: 0.9, stalls: 0.9 },
  { gaps: 0.05, stalls: 0.97 },
] as const;

describe.each([2, 3, 11, 27, 34, 48])('random accelerator of seed %i', (seed) => {
  const { plan, label } = randomCase(seed);
  const pictures = randomPictures(plan.network, 3);
  const expected = expectedOutputs(plan.network, pictures);
  let simulation: Simulation;
  beforeAll(() => {
    simulation = simulate(arrayTop(plan).design);
  });

  /** Three pictures without a pause, after a reset: as right and as fast as ever. */
  const stillWorks = (): void => {
    settle(simulation);
    const result = runPictures(plan, simulation, pictures, { extraCycles: 40 });
    expect(outputComplaint(plan, result.beats, expected), label).toBeUndefined();
    expect(timingComplaint(plan, result), label).toBeUndefined();
    expect(quietComplaint(simulation), label).toBeUndefined();
  };

  it.each(patterns)('gaps $gaps, stalls $stalls', (pattern) => {
    for (const streamSeed of [1, 2]) {
      settle(simulation);
      const result = runPictures(plan, simulation, pictures, {
        ...pattern,
        seed: seed * 10 + streamSeed,
        extraCycles: 100,
      });
      expect(
        outputComplaint(plan, result.beats, expected),
        `${label}, stream seed ${streamSeed}`,
      ).toBeUndefined();
    }
  });

  it('a reset in the middle of a picture, at random cycles', () => {
    settle(simulation);
    const whole = runPictures(plan, simulation, pictures).cycles;
    const random = createRandom(seed);
    for (let attempt = 0; attempt < 4; attempt++) {
      settle(simulation);
      runPictures(plan, simulation, pictures, { maxCycles: random.integer(1, whole - 2) });
      stillWorks();
    }
  });

  it.each(['early', 'missing'] as const)(
    'a last that is %s sets error; the values stay right, a reset clears it',
    (kind) => {
      settle(simulation);
      const beats = elementCount(plan.config.input.shape);
      const ends = (beat: number): boolean => beat % beats === beats - 1;
      const wrong = beats + (kind === 'early' ? Math.floor(beats / 2) - 1 : beats - 1);
      const isLast = (beat: number): boolean => ends(beat) !== (beat === wrong);
      const result = runPictures(plan, simulation, pictures, { isLast, extraCycles: 40 });
      expect(simulation.peek('error'), label).toBe(1n);
      expect(outputComplaint(plan, result.beats, expected), label).toBeUndefined();
      stillWorks();
    },
  );

  it('an output that nobody takes stays as it is, and nothing is lost', () => {
    settle(simulation);
    const { values } = pictureBench(plan, pictures);
    const stream = Array.from(values[0] ?? [], Number);
    const beats = elementCount(plan.config.input.shape);
    let sent = 0;
    let held: bigint | undefined;
    for (let cycle = 0; cycle < 12_000; cycle++) {
      simulation.poke('in_valid', sent < stream.length ? 1 : 0);
      simulation.poke('in_payload', stream[sent] ?? 0);
      simulation.poke('in_last', sent % beats === beats - 1 ? 1 : 0);
      if (sent < stream.length && simulation.peek('in_ready') === 1n) sent++;
      if (held !== undefined) {
        expect(simulation.peek('out_valid')).toBe(1n);
        expect(simulation.peek('out_payload')).toBe(held);
      } else if (simulation.peek('out_valid') === 1n) held = simulation.peek('out_payload');
      simulation.step();
    }
    expect(held, label).toBeDefined();
    expect(simulation.peek('busy')).toBe(1n);
    // The source stops at the end of a picture at the latest; what was taken comes out when the sink is ready again.
    const taken = Math.floor(sent / beats);
    const rest = runPictures(plan, simulation, [], {
      outputBeats: taken * (expected.length / 3),
      maxCycles: 100_000,
      extraCycles: 40,
    });
    expect(
      outputComplaint(plan, rest.beats, expected.slice(0, taken * (expected.length / 3))),
      label,
    ).toBeUndefined();
  });
});
