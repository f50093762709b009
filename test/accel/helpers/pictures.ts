/** Streams of pictures through an accelerator, in any simulator, and what must come out. */

import { predict, type ArrayPlan } from '../../../src/accel/index.js';
import { elementCount, prepareReference, type IntegerNetwork } from '../../../src/nn/index.js';
import { randomInput } from '../../../src/nn/testing/index.js';
import {
  runStreams,
  simulate,
  type OutputBeat,
  type Simulation,
  type StreamBench,
  type StreamResult,
} from '../../../src/sim/index.js';
import type { Design } from '../../../src/hdl/index.js';

export type Picture = ArrayLike<number>;

export const randomPictures = (network: IntegerNetwork, count: number, seed = 7): readonly Int32Array[] =>
  Array.from({ length: count }, (_, index) => randomInput(network, seed + index));

/** The reference's outputs, pictures one after another. */
export const expectedOutputs = (network: IntegerNetwork, pictures: readonly Picture[]): readonly number[] => {
  const reference = prepareReference(network);
  return pictures.flatMap((picture) => Array.from(reference.run(picture)));
};

export const outputsPerPicture = ({ config }: Pick<ArrayPlan, 'config'>): number =>
  elementCount(config.output.shape);

/** The accelerator's face as a stream bench. Pictures follow each other without a pause unless `overrides` say so. */
export const pictureBench = (
  plan: ArrayPlan,
  pictures: readonly Picture[],
  overrides: Partial<StreamBench> = {},
): StreamBench => {
  const { input } = plan.config;
  const beats = elementCount(input.shape);
  const mask = 2 ** input.bits - 1;
  return {
    input: { payload: ['in_payload'], valid: 'in_valid', ready: 'in_ready', last: 'in_last' },
    output: { payload: ['out_payload'], valid: 'out_valid', ready: 'out_ready', last: 'out_last' },
    values: [pictures.flatMap((picture) => Array.from(picture, (value) => (value & mask) >>> 0))],
    isLast: (beat) => beat % beats === beats - 1,
    outputBeats: pictures.length * outputsPerPicture(plan),
    maxCycles: 1_000_000,
    ...overrides,
  };
};

/** Output patterns as the integers they mean. */
export const outputValues = ({ config }: ArrayPlan, beats: readonly OutputBeat[]): readonly number[] => {
  const { bits, signed } = config.output;
  return beats.map(({ values: [value = 0n] }) =>
    Number(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)),
  );
};

/** The first thing that is wrong with the outputs: a value, `out_last`, a missing or an extra beat; undefined: nothing. */
export const outputComplaint = (
  plan: ArrayPlan,
  beats: readonly OutputBeat[],
  expected: readonly number[],
): string | undefined => {
  const got = outputValues(plan, beats);
  const per = outputsPerPicture(plan);
  for (let index = 0; index < Math.max(got.length, expected.length); index++) {
    const at = `output ${index % per} of picture ${Math.floor(index / per)}`;
    if (got[index] !== expected[index])
      return `${at}: expected ${expected[index] ?? 'none'}, got ${got[index] ?? 'none'}`;
    const last = index % per === per - 1;
    if (beats[index]?.last !== last) return `${at}: out_last is ${last ? 0 : 1}`;
  }
  return undefined;
};

export interface Timing {
  readonly latencyCycles: number;
  /** Between the last output beats of consecutive pictures. */
  readonly intervals: readonly number[];
}

/** Cycles as `predict` counts them. */
export const timingOf = (plan: ArrayPlan, { inputCycles, beats }: StreamResult): Timing => {
  const per = outputsPerPicture(plan);
  const ends = beats.filter((_, index) => index % per === per - 1).map(({ cycle }) => cycle);
  return {
    latencyCycles: (ends[0] ?? NaN) - (inputCycles[0] ?? NaN),
    intervals: ends.slice(1).map((end, index) => end - (ends[index] ?? NaN)),
  };
};

/** Where simulated cycles leave the predicted ones; undefined: nowhere. */
export const timingComplaint = (plan: ArrayPlan, result: StreamResult): string | undefined => {
  const predicted = predict(plan);
  const { latencyCycles, intervals } = timingOf(plan, result);
  if (latencyCycles !== predicted.latencyCycles)
    return `latency: predicted ${predicted.latencyCycles}, simulated ${latencyCycles}`;
  const wrong = intervals.find((interval) => interval !== predicted.initiationInterval);
  return wrong === undefined
    ? undefined
    : `interval: predicted ${predicted.initiationInterval}, simulated ${wrong}`;
};

/** Idle cycles between a reset and the first picture: the accelerator has then fetched its first layer. */
export const idleCycles = 100;

/** A simulation that has been reset and has then idled. */
export const idleSimulation = (design: Design): Simulation => {
  const simulation = simulate(design);
  settle(simulation);
  return simulation;
};

/** Resets a running simulation, with no valid input, and lets it idle. */
export const settle = (simulation: Simulation): void => {
  simulation.poke('in_valid', 0);
  simulation.poke('out_ready', 0);
  simulation.reset(2);
  simulation.step(idleCycles);
};

/** Runs pictures on a simulation as it stands, without a reset. */
export const runPictures = (
  plan: ArrayPlan,
  simulation: Simulation,
  pictures: readonly Picture[],
  overrides: Partial<StreamBench> = {},
): StreamResult => runStreams(simulation, pictureBench(plan, pictures, { resetCycles: 0, ...overrides }));

/** What `busy` and `error` say once everything should be over; undefined when both are 0. */
export const quietComplaint = (simulation: Simulation): string | undefined => {
  for (const name of ['busy', 'error'] as const)
    if (simulation.peek(name) !== 0n) return `${name} is still 1 at the end`;
  return undefined;
};
