/** Cycles per picture, predicted exactly: inside a layer nothing stalls, and between layers the waits are known. */

import type { ArrayPlan } from './config.js';
import { layerTicks, ticksPerResult, resultsPerPixel, type Job } from './jobs.js';
import { fetchCycles } from './rtl/descriptor-fetch.js';
import { turnaroundTicks } from './schedule.js';

export interface LayerTime {
  /** Cycle of the first issue, counted from the first issue of the first layer. */
  readonly start: number;
  /** Cycle of the last tick. */
  readonly end: number;
  /** Cycles that belong to the layer: from the end of the layer before to its own end. */
  readonly cycles: number;
}

export interface Prediction {
  readonly layers: readonly LayerTime[];
  /**
   * From the cycle that takes the first input beat to the cycle that gives the last output beat, on an idle accelerator
   * whose source is always valid and whose sink is always ready.
   */
  readonly latencyCycles: number;
  /** Cycles between the last output beats of consecutive pictures, when the next picture is always waiting. */
  readonly initiationInterval: number;
}

export const predict = (plan: ArrayPlan): Prediction => {
  const { config, jobs } = plan;
  const { interval, pipeline } = config;
  const layers = layerTimes(plan);
  const last = layers.at(-1);
  const lastJob = jobs.at(-1);
  if (last === undefined || lastJob === undefined) throw new RangeError('a plan has jobs');
  const beats = plan.config.input.shape.reduce((a, b) => a * b, 1);
  const lastLanes = plan.descriptors.at(-1)?.lastLanes ?? 1;
  const lastOutput = last.end - lastJob.idle * interval + pipeline.writeCycles + lastLanes + queueCycles;
  const loaded = (beats - 1) * interval;
  const firstIssue = nextTick(loaded + 1, interval) + interval;
  const firstGap = plan.descriptors[0]?.gap ?? 0;
  const lastTick = last.start - interval;
  const period = Math.max(
    last.end + (turnaroundTicks + firstGap) * interval,
    nextTick(lastTick + fetchCycles(config), interval) + interval,
    nextTick(reloadedAt(plan, layers, beats) + 1, interval) + interval,
  );
  return { layers, latencyCycles: firstIssue + lastOutput, initiationInterval: period };
};

/** From the last push of a value to the cycle in which the sink takes it. */
const queueCycles = 2;

/** The first tick not before `cycle`; ticks are the multiples of the interval. */
const nextTick = (cycle: number, interval: number): number => Math.ceil(cycle / interval) * interval;

const layerTimes = ({ config, jobs, descriptors }: ArrayPlan): readonly LayerTime[] => {
  const { interval } = config;
  const times: LayerTime[] = [];
  let before: LayerTime | undefined;
  jobs.forEach((job, index) => {
    const gap = descriptors[index]?.gap ?? 0;
    const start: number =
      before === undefined
        ? 0
        : Math.max(
            before.end + (turnaroundTicks + gap) * interval,
            nextTick(before.start - interval + fetchCycles(config), interval) + interval,
          );
    const end = start + (layerTicks(job) - 1) * interval;
    const time: LayerTime = { start, end, cycles: end - (before?.end ?? -1) };
    times.push(time);
    before = time;
  });
  return times;
};

/** Cycle of the next picture's last input beat: the loader takes every cycle in which no result is written. */
const reloadedAt = (plan: ArrayPlan, layers: readonly LayerTime[], beats: number): number => {
  const { config, jobs, descriptors } = plan;
  const { interval } = config;
  const releasing = descriptors.findIndex(({ releasesInput }) => releasesInput === 1);
  const freed = layers[releasing]?.end ?? 0;
  const writes = writeCycles(jobs, layers, config.pipeline.writeCycles, interval);
  let cycle = freed;
  let blocked = writes.next();
  for (let taken = 0; taken < beats;) {
    cycle++;
    if (cycle % interval !== 0) continue;
    while (blocked.done !== true && blocked.value < cycle) blocked = writes.next();
    if (blocked.done === true || blocked.value !== cycle) taken++;
  }
  return cycle;
};

/** Every cycle in which a result is written to the activation memory, in order. */
function* writeCycles(
  jobs: readonly Job[],
  layers: readonly LayerTime[],
  delay: number,
  interval: number,
): Generator<number, undefined> {
  for (const [index, job] of jobs.entries()) {
    const layer = layers[index];
    if (layer === undefined || job.isOutput) continue;
    const perWrite = job.mode === 'add' ? 2 : 1;
    const count = (job.rows * job.columns * resultsPerPixel(job)) / perWrite;
    const spacing = ticksPerResult(job);
    for (let result = 0; result < count; result++) {
      const lastIssue = (result * perWrite + perWrite - 1) * spacing + job.issues - 1;
      yield layer.start + lastIssue * interval + delay;
    }
  }
  return undefined;
}
