/** One random accelerator against the reference: values, `out_last`, cycles, `busy`, `error`. */

import { arrayTop } from '../../../src/accel/index.js';
import { randomCase } from './cases.js';
import {
  expectedOutputs,
  idleSimulation,
  outputComplaint,
  quietComplaint,
  randomPictures,
  runPictures,
  timingComplaint,
} from './pictures.js';

/** Undefined, or what is wrong with the accelerator of that seed, with all that replays it. */
export const complaintAbout = (seed: number): string | undefined => {
  const { plan, label } = randomCase(seed);
  const pictures = randomPictures(plan.network, 3);
  const simulation = idleSimulation(arrayTop(plan).design);
  const result = runPictures(plan, simulation, pictures, { extraCycles: 40 });
  const complaint =
    outputComplaint(plan, result.beats, expectedOutputs(plan.network, pictures)) ??
    timingComplaint(plan, result) ??
    quietComplaint(simulation);
  return complaint === undefined ? undefined : `${label}: ${complaint}`;
};

/**
 * The seeds `from` .. `from + count - 1`. To replay or to look further: `ACCEL_SEED=123 ACCEL_COUNT=1 npx vitest run
 * test/accel/random-1.test.ts`.
 */
export const seedsFrom = (from: number, count: number): readonly number[] => {
  const start = Number(process.env['ACCEL_SEED'] ?? from);
  const length = Number(process.env['ACCEL_COUNT'] ?? count);
  return Array.from({ length }, (_, index) => start + index);
};
