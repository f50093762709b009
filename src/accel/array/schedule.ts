/** When layers may follow each other, and how many cycles everything takes: exact, because nothing stalls inside a layer. */

import { layerTicks, resultsPerPixel, ticksPerResult, type Job, type WalkConfig } from './jobs.js';
import type { Pipeline } from './pipeline.js';
import { layerInputs } from './tensors.js';

/** Ticks from a layer's last tick to the first issue of the next when nothing makes it wait. */
export const turnaroundTicks = 2;

/**
 * Extra ticks before each job (after the one before it; the first follows the last of the picture before), so that
 * - no word is read before it is written,
 * - the write side is done with a layer when the first result of the next arrives,
 * - the write side has taken a layer's parameters before the sequencer replaces them.
 */
export const gapsBefore = (jobs: readonly Job[], config: WalkConfig, pipeline: Pipeline): readonly number[] =>
  jobs.map((job, index) => {
    const before = jobs[(index + jobs.length - 1) % jobs.length] ?? job;
    const needed = Math.max(
      writeSideFree(before, job, config, pipeline),
      parametersTaken(before, config, pipeline),
      index > 0 ? lastWordsWritten(before, job, config, pipeline) : 0,
    );
    return Math.max(0, Math.ceil(needed / config.interval) - turnaroundTicks);
  });

/** All three count cycles from the last tick of `before` to the first issue of `job`. */
const writeSideFree = (
  before: Job,
  job: Job,
  { interval }: WalkConfig,
  { resultCycles, writeCycles }: Pipeline,
): number => writeCycles + 1 - before.idle * interval - resultCycles - (job.issues - 1) * interval;

const parametersTaken = (before: Job, { interval }: WalkConfig, { resultCycles }: Pipeline): number =>
  resultCycles + 2 + (before.issues - layerTicks(before)) * interval;

const lastWordsWritten = (
  before: Job,
  job: Job,
  { interval }: WalkConfig,
  { writeCycles }: Pipeline,
): number => {
  if (!layerInputs(job.layer).includes(before.layer.output)) return 0;
  const pixelTicks = resultsPerPixel(before) * ticksPerResult(before);
  const pixels = before.rows * before.columns;
  let needed = 0;
  for (let back = 0; back < pixels; back++) {
    const written = writeCycles - (before.idle + back * pixelTicks) * interval;
    if (written <= turnaroundTicks * interval) break;
    const pixel = pixels - 1 - back;
    const read = firstRead(job, Math.floor(pixel / before.columns), pixel % before.columns);
    if (read !== undefined) needed = Math.max(needed, written - read * interval);
  }
  return needed;
};

/** Ticks from the start of `job` to its earliest possible read of input pixel (y, x); undefined when no window covers it. */
const firstRead = (job: Job, y: number, x: number): number | undefined => {
  const row = firstWindow(y, job.kernel[0], job.stride[0], job.padTop, job.rows);
  const column = firstWindow(x, job.kernel[1], job.stride[1], job.padLeft, job.columns);
  if (row === undefined || column === undefined) return undefined;
  return (row * job.columns + column) * resultsPerPixel(job) * ticksPerResult(job);
};

const firstWindow = (
  position: number,
  kernel: number,
  stride: number,
  pad: number,
  count: number,
): number | undefined => {
  const first = Math.max(0, Math.ceil((position + pad - kernel + 1) / stride));
  return first < count && first * stride - pad <= position ? first : undefined;
};
